// Products of other kinds than the example: several classes, a number; without a price, with a price that changes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Invoice, UsageSummary } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, root, runJson, temporaryDirectory } from "./cli.ts";

// Inside the workspace, so that the products' import of lepta resolves.
const place = join(root, "examples", `.kinds-${process.pid}`);
let home = "";

/** 60 rows; no two are equal. */
function table(target: (row: number) => string | number): string {
  const lines = Array.from({ length: 60 }, (_, row) => {
    const size = ((row * 37) % 61) / 10;
    return `${size},${["oak", "elm", "fir"][(row * 7) % 3]},${target(row)}`;
  });
  return `size,tree,y\n${lines.join("\n")}\n`;
}

const height = (row: number): number => ((row * 37) % 61) / 10 + (row % 3) * 5;
const files = {
  leaves: table((row) => ["low", "middle", "high"][row % 3] as string),
  heights: table(height),
};
const tasks = { leaves: "tabular.classifier()", heights: "tabular.regressor()" };
type Kind = keyof typeof files;

interface ShipJson {
  readonly stages: readonly { readonly stage: string; readonly status: string }[];
  readonly models: readonly { readonly metrics: Readonly<Record<string, { value: number }>> }[];
  readonly experiment: { readonly metric: string };
  readonly invoice: Invoice | null;
  readonly summary: readonly string[];
}

async function ship(kind: Kind, price?: string): Promise<ShipJson> {
  const file = join(place, `${kind}.ts`);
  writeFileSync(
    file,
    `import { defineProduct, price, table, tabular } from "lepta";
export default defineProduct({
  name: "${kind}",
  data: table("${kind}.csv", { target: "y", columns: { size: "number", tree: "category" } }),
  task: ${tasks[kind]},
  ${price === undefined ? "" : `price: price.perPrediction("${price}", { free: 5 }),`}
});
`,
  );
  return runJson<ShipJson>(["ship", file, "--once", "--port", "0"], { home });
}

const priceOf = async (product: string): Promise<unknown> =>
  (await runJson<UsageSummary>(["usage"], { home })).prices.find((price) => price.product === product);
const statuses = ({ stages }: ShipJson): string[] => stages.map(({ stage, status }) => `${stage} ${status}`);
const reused = ["data reused", "train reused", "evaluate reused", "bundle reused"];

beforeAll(() => {
  home = temporaryDirectory();
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  for (const [kind, text] of Object.entries(files)) writeFileSync(join(place, `${kind}.csv`), text);
});
afterAll(() => {
  remove(home);
  remove(place);
});

describe("lepta ship", () => {
  test.each<[Kind, string, string, string | undefined, number | undefined]>([
    ["leaves", "accuracy", "error rate", "0.01 USD", 0],
    ["heights", "r2", "squared error", undefined, undefined],
  ])("%s", { timeout: 120_000 }, async (kind, metric, cost, price, total) => {
    const result = await ship(kind, price);
    expect(result.stages.every(({ status }) => status === "done")).toBe(true);
    expect(result.models.map(({ metrics }) => metrics[metric]?.value)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(result.experiment.metric).toBe(cost);
    expect(result.invoice?.totalMicros).toBe(total);
    expect(result.summary.at(-1)).toMatch(
      price === undefined ? /^12 predictions counted, nothing to invoice$/ : /^invoice 1 {2}12 predictions/,
    );
  });

  test("a price that changes, and one that goes", { timeout: 240_000 }, async () => {
    const dearer = await ship("leaves", "0.02 USD");
    expect(statuses(dearer)).toEqual([...reused, "deploy done", "use reused", "bill done"]);
    expect(await priceOf("leaves")).toMatchObject({ amountMicros: 20_000, freePerMonth: 5 });
    // What was predicted before keeps its price.
    expect(dearer.invoice?.lines.map(({ unitPriceMicros }) => unitPriceMicros)).not.toContain(20_000);
    expect(dearer.invoice?.totalMicros).toBe(0);

    const free = await ship("leaves");
    expect(statuses(free)).toEqual([...reused, "deploy done", "use reused", "bill done"]);
    expect(free.invoice).toBeNull();
    expect(await priceOf("leaves")).toMatchObject({ amountMicros: 0, currency: "USD" });

    // The price of an earlier ship is not in force any more: its stage is not reused.
    const again = await ship("leaves", "0.02 USD");
    expect(statuses(again).slice(0, 6)).toEqual([...reused, "deploy done", "use reused"]);
    expect(await priceOf("leaves")).toMatchObject({ amountMicros: 20_000, freePerMonth: 5 });
  });
});
