// gate.noWorseThan("champion", …): a new network is held to the one in service, on rows that neither has learnt from.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, root, runCli, temporaryDirectory } from "./cli.ts";
import { startServer } from "./server.ts";

let home = "";
let place = "";
beforeAll(() => {
  home = temporaryDirectory();
  place = temporaryDirectory();
});
afterAll(() => {
  remove(home);
  remove(place);
});

/** Rows of 75 persons; `buys` follows `income`, `noise` tells nothing. */
function rows(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const row = from + i;
    const income = (row * 7919) % 1000;
    const noise = (row * 104_729) % 997;
    return `p${row % 75},${income},${noise},${income + ((row * 31) % 400) > 700 ? "yes" : "no"}`;
  });
}

interface Choice {
  readonly table: readonly string[];
  readonly columns: string;
  readonly seed?: number;
  readonly group?: string;
  readonly metric?: string;
}

async function ship({ table, columns, seed = 1, group = "", metric = "auc" }: Choice): ReturnType<typeof runCli> {
  writeFileSync(join(place, "table.csv"), `${["person,income,noise,buys", ...table].join("\n")}\n`);
  const product = join(place, "product.ts");
  writeFileSync(
    product,
    `import { defineProduct, gate, table, tabular } from ${JSON.stringify(join(root, "packages/lepta/src/index.ts"))};
export default defineProduct({
  name: "shop",
  data: table("table.csv", { target: "buys", positive: "yes", columns: ${columns}${group} }),
  task: tabular.classifier({ costs: { falseNegative: 2, falsePositive: 1 } }),
  gates: [gate.noWorseThan("champion", ${JSON.stringify(metric)}, { by: 0.02 }), gate.evenIfTrivial()],
  seed: ${seed},
});
`,
  );
  return runCli(["ship", product, "--once", "--port", "0"], { home });
}

const telling = '{ income: "number", noise: "number" }';
const blind = '{ noise: "number" }';
const few = rows(0, 600);
const more = rows(0, 750);

test("with no champion the gate is passed, and so it is by the network in service", async () => {
  const first = await ship({ table: few, columns: telling });
  expect(first.stderr + first.stdout).toContain("there is no champion yet");
  expect(first.code).toBe(0);
  const again = await ship({ table: few, columns: telling });
  expect(again.stderr + again.stdout).toContain("this very model is in service, as the challenger network v2");
  expect(again.code).toBe(0);
}, 120_000);

test("a network that is worse is refused with the table, and what is in service stays there", async () => {
  const { code, stdout, stderr } = await ship({ table: more, columns: blind });
  const said = stdout + stderr;
  expect(code).toBe(1);
  expect(said).toMatch(
    /AUC no worse than the champion's by more than 0\.0200 +network +0\.\d+ +0\.\d+ +-0\.\d+ \(-0.*\) +failed/,
  );
  expect(said).toMatch(/the champion logistic v1 on 1\d\d of 1\d\d test rows/);
  expect(said).toContain("gate-failed");
  const server = await startServer(home);
  try {
    const { variants } = await server.client.deployment("shop");
    expect(variants.map(({ model }) => model.version)).toEqual([1, 2]);
    const { items } = await server.client.runs({ product: "shop" });
    const run = await server.client.run(items[0]?.id as string);
    const summary = run.stages.find(({ name }) => name === "evaluate")?.summary as { gates: { passed: boolean }[] };
    expect(summary.gates).toMatchObject([{ passed: false, note: expect.stringContaining("v1") }]);
  } finally {
    await server.stop();
  }
}, 120_000);

test("rows that the champion learnt from are left out, by another split's chance most of them", async () => {
  const { code, stdout, stderr } = await ship({ table: more, columns: telling, seed: 2, metric: "cost" });
  const said = stdout + stderr;
  const [, kept, all, left] =
    /on (\d+) of (\d+) test rows; (\d+) rows that it learnt from left out/.exec(said)?.map(Number) ?? [];
  expect(Number(kept) + Number(left)).toBe(all);
  expect(Number(left)).toBeGreaterThan(Number(all) / 3);
  expect(said).toMatch(/mean cost no worse than the champion's/);
  expect([0, 1]).toContain(code);
}, 120_000);

test("rows of one person are left out together", async () => {
  const grouped = await ship({ table: more, columns: telling, seed: 3, group: ', group: "person"' });
  const said = grouped.stdout + grouped.stderr;
  expect(said).toMatch(/rows of a person that it learnt from left out|it learnt from all \d+ test rows/);
}, 120_000);
