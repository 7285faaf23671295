// The main job: a table becomes a billed API; a second run reuses every stage; the server answers and refuses as promised.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createApiClient, type Invoice, type UsageSummary } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, root, runCli, runJson, temporaryDirectory } from "./cli.ts";
import { type RunningServer, startServer } from "./server.ts";

let home = "";
const product = join(root, "examples/credit/product.ts");
const ship = ["ship", product, "--once", "--port", "0"];
const stages = ["data", "train", "evaluate", "bundle", "deploy", "use", "bill"];

interface Metric {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
interface ShipJson {
  readonly product: string;
  readonly run: string;
  readonly seconds: number;
  readonly stages: readonly { readonly stage: string; readonly status: string; readonly seconds: number }[];
  readonly models: readonly { readonly model: string; readonly metrics: Readonly<Record<string, Metric>> }[];
  readonly invoice: Invoice;
}

let first: ShipJson;
beforeAll(async () => {
  home = temporaryDirectory();
  first = await runJson<ShipJson>(ship, { home });
}, 120_000);
afterAll(() => remove(home));

describe("lepta ship", () => {
  test("runs the seven stages", () => {
    expect(first.stages.map(({ stage }) => stage)).toEqual(stages);
    expect(first.stages.every(({ status }) => status === "done")).toBe(true);
  });

  test("prints the score that the example's README promises", () => {
    const readme = readFileSync(join(root, "examples/credit/README.md"), "utf8");
    expect(first.models.map(({ model }) => model)).toEqual(["logistic", "network"]);
    for (const { model, metrics } of first.models) {
      const row = new RegExp(`\\| ${model} +\\| ([\\d.]+) \\(([\\d.]+) to ([\\d.]+)\\)`).exec(readme);
      expect(row, `${model} in the README`).not.toBeNull();
      const { value, low, high } = metrics.auc as Metric;
      // Other processors round elsewhere: the second decimal is promised.
      for (const [at, figure] of [value, low, high].entries())
        expect(Math.abs(figure - Number(row?.[at + 1]))).toBeLessThan(0.015);
    }
  });

  test("learns from the file whose hashes the example's README gives", () => {
    const readme = readFileSync(join(root, "examples/credit/README.md"), "utf8");
    const text = readFileSync(join(root, "examples/credit/german-credit.csv"), "utf8");
    const coded = text
      .replace(/,good$/gm, ",0")
      .replace(/,bad$/gm, ",1")
      .replace(/,risk$/m, ",bad");
    const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");
    expect(readme).toContain(`\`german-credit.csv\`, sha256 \`${sha256(text)}\``);
    expect(readme).toContain(`With the class coded 0 and 1 the file has sha256 \`${sha256(coded)}\``);
  });

  test("counts the rows that it sent itself as own use, by version and data, and bills none", () => {
    const { lines, totalMicros, currency } = first.invoice;
    expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(200);
    expect(lines.reduce((sum, line) => sum + line.own, 0)).toBe(200);
    for (const line of lines) expect(line).toMatchObject({ free: 0, billed: 0, unitPriceMicros: 2000 });
    expect(totalMicros).toBe(0);
    expect(currency).toBe("USD");
    expect(new Set(lines.map((line) => line.model.version)).size).toBe(2);
    for (const line of lines) expect(line.dataHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a second run reuses every stage, says so, and bills nothing twice", async () => {
    const { code, stdout } = await runCli(ship, { home });
    expect(code).toBe(0);
    expect(stdout.match(/reused: its inputs did not change/g)).toHaveLength(7);
    const usage = await runJson<UsageSummary>(["usage"], { home });
    expect(usage.total).toBe(200);
  });
});

describe("the server of the store", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(home);
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  const row = {
    checking_status: "A11",
    duration_months: 24,
    credit_history: "A33",
    purpose: "A40",
    credit_amount: 4870,
    savings: "A61",
    employment: "A73",
    installment_rate: 3,
    personal_status: "A93",
    other_debtors: "A101",
    residence_since: 4,
    property: "A124",
    age: 53,
    other_installment_plans: "A143",
    housing: "A153",
    existing_credits: 2,
    job: "A173",
    num_dependents: 2,
    telephone: "A191",
    foreign_worker: "A201",
  };
  const post = async (body: string, key: string | undefined = server.key, path = "/v1/products/credit/predictions") => {
    const response = await fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test.each<[string, () => Promise<{ status: number; body: Record<string, unknown> }>, number, string]>([
    ["a wrong type", () => post(JSON.stringify({ row: { ...row, age: "old" } })), 422, "row-wrong-type"],
    ["an unknown field", () => post(JSON.stringify({ row: { ...row, shoe_size: 43 } })), 422, "row-unknown-field"],
    ["a body over the limit", () => post(`{"row":"${"x".repeat(4 * 1024 * 1024)}"}`), 413, "body-too-large"],
    ["an unknown key", () => post(JSON.stringify({ row }), `lepta_${"0".repeat(48)}`), 401, "unknown-key"],
    ["no JSON", () => post("{"), 400, "malformed-json"],
    [
      "no such product",
      () => post(JSON.stringify({ row }), server.key, "/v1/products/debit/predictions"),
      404,
      "product-not-found",
    ],
  ])("%s is refused with its code, its status and the fix; nothing is written", async (_, send, status, code) => {
    const before = (await server.client.usage()).total;
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      status,
      code,
      detail: expect.any(String),
      fix: expect.stringMatching(/.{5,}/),
    });
    expect((await server.client.usage()).total).toBe(before);
  });

  test("usage and invoice ask the running server", async () => {
    const usage = await runJson<UsageSummary>(["usage"], { home });
    expect(usage).toMatchObject({ total: 200, prices: [{ product: "credit", amountMicros: 2000, freePerMonth: 100 }] });
    const invoice = await runJson<Invoice>(["invoice"], { home });
    expect(invoice.totalMicros).toBe(0);
  });

  test("a customer's calls are billed after the allowance, which our own use took nothing of", async () => {
    const { secret } = await server.client.createKey({ name: "shop", scopes: ["predict"] });
    const shop = createApiClient({ url: server.url, key: secret });
    await shop.predictMany(
      "credit",
      Array.from({ length: 150 }, () => ({ row })),
    );
    const invoice = await runJson<Invoice>(["invoice"], { home });
    const sum = (of: (line: Invoice["lines"][number]) => number) => invoice.lines.reduce((n, line) => n + of(line), 0);
    expect([sum((l) => l.count), sum((l) => l.own), sum((l) => l.free), sum((l) => l.billed)]).toEqual([
      350, 200, 100, 50,
    ]);
    expect(invoice.totalMicros).toBe(50 * 2000);
  });

  test("usage with a key that the server does not know", async () => {
    const environment = { LEPTA_API_KEY: `lepta_${"0".repeat(48)}` };
    const { code, stderr } = await runCli(["usage"], { home, environment });
    expect(code).toBe(1);
    expect(stderr).toContain("code: unknown-key");
  });

  test("a second server of the same store is refused, and told where the first is", async () => {
    const { code, stderr } = await runCli(["serve", "--port", "0"], { home });
    expect(code).toBe(1);
    expect(stderr).toContain(server.url);
    expect(stderr).toContain("code: store-locked");
  });

  test("an invoice line leads back to its predictions", async () => {
    // A draft's lines are made anew at each call.
    const line = (await server.client.createInvoice()).lines[0];
    const { items } = await server.client.predictions({ invoiceLine: line?.id, limit: 500 });
    expect(items).toHaveLength(line?.count ?? -1);
  });
});

test("usage and invoice open the store when no server runs", async () => {
  expect((await runJson<UsageSummary>(["usage"], { home })).total).toBe(350);
  const { code, stdout } = await runCli(["invoice"], { home });
  expect(code).toBe(0);
  expect(stdout).toMatch(/total 0\.10 USD/);
});
