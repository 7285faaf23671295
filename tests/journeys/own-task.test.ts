// A task that no package knows (tests/alarm-task.ts), from the product file over training, bundle, HTTP and the console to
// feedback and the experiment's table.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole } from "../built-console.ts";
import { remove, root, runJson, temporaryDirectory } from "./cli.ts";
import { type RunningServer, startServer } from "./server.ts";

// Inside the workspace, so that the product's imports resolve.
const place = join(root, "examples", `.own-task-${process.pid}`);
const product = join(place, "product.ts");
const executablePath = process.env.LEPTA_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executablePath);
let home = "";

/** 300 rows of a machine; an alarm is due where it is hot and shakes. */
const rows = Array.from({ length: 300 }, (_, row) => {
  const heat = 20 + ((row * 37) % 61);
  const shake = ((row * 53) % 97) / 10;
  const site = ["north", "south", "west"][(row * 7) % 3] as string;
  return { heat, shake, site, due: heat + 6 * shake + (site === "west" ? 15 : 0) + ((row * 29) % 13) > 88 };
});

interface ShipJson {
  readonly models: readonly {
    readonly model: string;
    readonly metrics: Readonly<Record<string, { readonly value: number; readonly title: string }>>;
    readonly trivial: { readonly beaten: boolean };
  }[];
  readonly experiment: { readonly metric: string; readonly variants: readonly { readonly feedback: number }[] };
  readonly summary: readonly string[];
}

let shipped: ShipJson;
let server: RunningServer;
beforeAll(async () => {
  // The server looks for the console when it starts.
  if (present) builtConsole();
  home = temporaryDirectory();
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  const lines = rows.map(({ heat, shake, site, due }) => [heat, shake, site, due].join(","));
  writeFileSync(join(place, "machines.csv"), `heat,shake,site,due\n${lines.join("\n")}\n`);
  writeFileSync(
    product,
    `import { registerTaskFamily } from "@lepta/ml";
import { defineProduct, gate, table, tabular } from "lepta";
import { alarms } from ${JSON.stringify(join(root, "tests/alarm-task.ts"))};

registerTaskFamily(alarms);
export default defineProduct({
  name: "machines",
  data: table("machines.csv", { target: "due", columns: { heat: "number", shake: "number", site: "category" } }),
  task: tabular.task<boolean>("alarm"),
  gates: [gate.min("auc", 0.8), gate.min("caught", 0.7, { of: "linear-alarm" })],
});
`,
  );
  shipped = await runJson<ShipJson>(["ship", product, "--once", "--port", "0"], { home });
  server = await startServer(home);
}, 180_000);
afterAll(async () => {
  await server?.stop();
  remove(home);
  remove(place);
});

test("is trained, judged by its own metric and gates, and beats the answer that looks at no row", () => {
  expect(shipped.models.map(({ model }) => model)).toEqual(["linear-alarm", "network"]);
  for (const { metrics, trivial } of shipped.models) {
    expect(Object.keys(metrics)).toEqual(["caught", "auc", "f1Macro"]);
    expect(metrics.caught?.value).toBeGreaterThan(0.7);
    expect(trivial.beaten).toBe(true);
  }
  expect(shipped.summary.join("\n")).toContain("caught in the upper half");
});

test("answers over HTTP by scores and flags, in both protocols", async () => {
  const [one] = rows.filter(({ due }) => due) as [(typeof rows)[number]];
  const { due: _, ...row } = one;
  const { outcome, id } = await server.client.predict("machines", row);
  expect(outcome).toMatchObject({ kind: "score", flagged: true });
  expect((outcome as { score: number }).score).toBeGreaterThan(0.5);
  const stored = await server.client.prediction(id);
  expect(stored.outcome).toEqual(outcome);
  const tensor = (name: string, datatype: string, value: unknown) => ({ name, datatype, shape: [1, 1], data: [value] });
  const inputs = [
    tensor("heat", "FP64", row.heat),
    tensor("shake", "FP64", row.shake),
    tensor("site", "BYTES", row.site),
  ];
  const answer = await fetch(`${server.url}/v2/models/machines/infer`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ inputs }),
  });
  const { outputs } = (await answer.json()) as { outputs: { name: string; data: unknown[] }[] };
  const given = Object.fromEntries(outputs.map(({ name, data }) => [name, data[0]]));
  // Another subject may have met the other model: what was answered is what is stored.
  const { outcome: other } = await server.client.prediction(given.prediction_id as string);
  const { kind, ...said } = other;
  expect(kind).toBe("score");
  expect(given).toMatchObject(said);
});

test("takes the truth as feedback and refuses what is none; the experiment counts errors", async () => {
  const { variants, metric } = shipped.experiment;
  expect(metric).toBe("error rate");
  expect(variants.reduce((sum, { feedback }) => sum + feedback, 0)).toBe(60);
  const { due, ...row } = rows[5] as (typeof rows)[number];
  const { id } = await server.client.predict("machines", row);
  await expect(server.client.feedback("machines", id, "yes")).rejects.toMatchObject({
    code: "invalid-label",
  });
  await server.client.feedback("machines", id, due);
  expect((await server.client.prediction(id)).feedback).toMatchObject({ label: due });
});

describe.skipIf(!present)(present ? "the console" : `the console (no Chromium at ${executablePath})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
  }, 120_000);
  afterAll(() => browser?.close());

  test("shows a prediction of it, and its true label", async () => {
    const [record] = (await server.client.predictions({ product: "machines", truth: "labelled", limit: 1 })).items;
    const page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${server.url}/#key=${server.key}`);
    await page.getByText("machines").first().waitFor();
    await page.goto(`${server.url}/predictions/${record?.id}`);
    const main = page.locator("main");
    await main.getByText("machines").first().waitFor();
    const flagged = record?.outcome.kind === "score" && record.outcome.flagged;
    await expect
      .poll(() => main.evaluate((node) => node.textContent ?? ""))
      .toMatch(flagged ? /flagged/i : /not flagged|usual/i);
    await page.close();
  });
});
