// Numbers of any size, as target and as feature: what sets them apart is learnt, and kept to the served answer.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inferSchema, makeTable, type Table, takeRows } from "@lepta/data";
import { rng } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBundle } from "../bundle/read-bundle.ts";
import { openScorer } from "../bundle/scorer.ts";
import { writeBundle } from "../bundle/write-bundle.ts";
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { train } from "./train.ts";

const rows = 400;

/** `signal` has mean 0 and standard deviation 1; `noise` is a tenth of it. */
function tableOf(feature: (signal: number) => number, target: (value: number) => number): Table {
  const random = rng(7);
  const signal = Float64Array.from({ length: rows }, () => random.normal());
  return makeTable([
    { name: "x", type: "number", data: signal.map(feature) },
    { name: "y", type: "number", data: signal.map((value) => target(value + 0.1 * random.normal())) },
  ]);
}

const same = (value: number): number => value;
const cases: readonly [string, Table][] = [
  ["a target near 10^12 with a deviation of 1", tableOf(same, (v) => 1e12 + v)],
  ["a target near -10^15 with a deviation of 100", tableOf(same, (v) => -1e15 + 100 * v)],
  ["a target of some 10^-9", tableOf(same, (v) => 3e-9 + 1e-10 * v)],
  ["a target of some 10^-200", tableOf(same, (v) => 1e-200 * v)],
  ["a target of some 10^200", tableOf(same, (v) => 1e200 * v)],
  ["milliseconds since 1970, spread over a day", tableOf(same, (v) => Math.round(1_753_000_000_000 + 86_400_000 * v))],
  ["whole numbers beyond 2^24", tableOf(same, (v) => Math.round(2 ** 31 + 200 * v))],
  ["a feature near 10^12 with a deviation of 1", tableOf((v) => 1e12 + v, same)],
  ["a skewed feature near 10^12", tableOf((v) => 1e12 + Math.exp(v), Math.exp)],
  ["a feature of milliseconds, spread over a minute", tableOf((v) => Math.round(1.7e12 + 60_000 * v), same)],
  ["a feature of some 10^-9", tableOf((v) => 1e-9 * v, same)],
  ["a feature of some 10^-200", tableOf((v) => 1e-200 * v, same)],
  ["a feature of some 10^200", tableOf((v) => 1e200 * v, same)],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-sizes-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["linear", "network"] as const)("the %s model", (model) => {
  test.each(cases)("learns %s", async (_, table) => {
    const upTo = Math.floor(rows * 0.75);
    const part = (from: number, to: number): Table =>
      takeRows(
        table,
        Array.from({ length: to - from }, (_, i) => from + i),
      );
    const trained = await train({
      train: part(0, upTo),
      schema: inferSchema(table, { target: "y" }),
      model,
      ...(model === "network" ? { settings: { lr: 0.02, epochs: 40, members: 2 } } : {}),
    });
    const test = part(upTo, rows);
    const predicted = await trained.predict(test);
    // Noise alone leaves 1 / 1.01 of the variance to be explained.
    expect(pointMetrics(predicted).r2).toBeGreaterThan(0.9);
    expect(pointMetrics(trained.heldOut).r2).toBeGreaterThan(0.9);

    const { dir } = await writeBundle(join(folder, model), { trained, name: "sizes", dataHash: table.hash });
    const scorer = await openScorer(await readBundle(dir), { maxBatch: 64 });
    try {
      const scored = await scorer.scoreTable(test);
      const values = predicted.kind === "number" ? Float64Array.from(predicted.values) : new Float64Array(0);
      expect(scored).toEqual({ kind: "number", values });
      const x = test.columns[0]!.data as Float64Array;
      const [one] = await scorer.score([{ x: x[0]! }]);
      // A row alone goes by another kernel than many: float32 in standard deviations of the target.
      const alone = one?.kind === "number" ? one.value : Number.NaN;
      const reach = Math.max(...values) - Math.min(...values);
      expect(Math.abs(alone - values[0]!) / reach).toBeLessThan(1e-5);
    } finally {
      await scorer.close();
    }
  });
});
