// Batches: shapes, order, seeds.
import { expect, test } from "vitest";
import { makeTable } from "../table.ts";
import { asDataset, columnBatch } from "./as-dataset.ts";
import { batchesOf } from "./batches.ts";

const table = makeTable([
  { name: "x", type: "number", data: Float64Array.of(0, 1, 2, 3, 4) },
  { name: "c", type: "category", data: ["a", "b", "", "d", "e"] },
]);

async function xs(options: Parameters<typeof batchesOf>[1]): Promise<number[][]> {
  const all: number[][] = [];
  for await (const batch of batchesOf(asDataset(table), options)) all.push([...(batch.x!.data as Float64Array)]);
  return all;
}

test("a whole table as one batch", () => {
  expect(columnBatch(table)).toEqual({
    x: { data: Float64Array.of(0, 1, 2, 3, 4), shape: [5, 1] },
    c: { data: ["a", "b", "", "d", "e"], shape: [5, 1] },
  });
  expect(Object.keys(columnBatch(table, ["c"]))).toEqual(["c"]);
});

test("mini-batches", async () => {
  expect(await xs({ size: 2 })).toEqual([[0, 1], [2, 3], [4]]);
  expect(await xs({ size: 2, dropLast: true })).toEqual([
    [0, 1],
    [2, 3],
  ]);
  const seeded = await xs({ size: 2, seed: 1, epochs: 2 });
  expect(seeded).toEqual(await xs({ size: 2, seed: 1, epochs: 2 }));
  expect(seeded.flat().slice(0, 5)).not.toEqual(seeded.flat().slice(5));
  expect(seeded.flat().slice(5).sort()).toEqual([0, 1, 2, 3, 4]);
  for await (const batch of batchesOf(asDataset(table, ["c"]), { size: 3, seed: 2 })) expect(batch.x).toBeUndefined();
  await expect(xs({ size: 0 })).rejects.toMatchObject({ code: "invalid-option" });
  await expect(xs({ size: 1, signal: AbortSignal.abort() })).rejects.toThrow();
});
