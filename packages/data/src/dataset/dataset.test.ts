// Data sets: tables, arrays in memory, their subsets, streams of rows, shuffled and made into something else.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTable, takeRows } from "../table.ts";
import { asDataset } from "./as-dataset.ts";
import type { Batch, Dataset, DatasetStream } from "./dataset.ts";
import { fromArrays } from "./from-arrays.ts";
import { mapBatches } from "./map-batches.ts";
import { rowStream } from "./row-stream.ts";
import { shuffleStream } from "./shuffle-stream.ts";
import { stackColumns } from "./stack-columns.ts";
import { subset } from "./subset.ts";

const table = makeTable([
  { name: "x", type: "number", data: Float64Array.of(0, 1, 2, 3, 4) },
  { name: "c", type: "category", data: ["a", "b", "", "d", "e"] },
]);
const wide = fromArrays({
  pixels: { data: Uint8Array.from({ length: 5 * 30 }, (_, i) => i), shape: [5, 3, 10] },
  label: { data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n), shape: [5] },
  name: { data: ["a", "b", "c", "d", "e"], shape: [5, 1] },
});
/** As one that reads a file: its batches are promised. */
const slow: Dataset = {
  ...wide,
  batch: async (rows) => {
    await Promise.resolve();
    return wide.batch(rows);
  },
};

describe.each<[string, Dataset]>([
  ["a table", asDataset(table)],
  ["rows of a table", asDataset(takeRows(takeRows(table, [4, 3, 2, 1, 0, 0]), [0, 1, 2, 3, 4]))],
  ["arrays", wide],
  ["a data set that takes its time", slow],
  ["a subset", subset(subset(slow, [4, 4, 3, 2, 1, 0]), [5, 0, 1, 2, 3])],
])("%s", (_, data) => {
  test("has one array a column, of the shape it says", async () => {
    const batch = await data.batch([1, 3, 3]);
    expect(Object.keys(batch)).toEqual(data.columns.map(({ name }) => name));
    for (const { name, shape = [1] } of data.columns) {
      expect(batch[name]?.shape).toEqual([3, ...shape]);
      expect(batch[name]?.data).toHaveLength(3 * shape.reduce((a, b) => a * b, 1));
    }
  });

  test("gives the rows asked for, in arrays of the caller's", async () => {
    const [all, two] = [await data.batch([0, 1, 2, 3, 4]), await data.batch([3, 1])];
    for (const [name, array] of Object.entries(all)) {
      const width = array.data.length / 5;
      const row = (i: number) => [...array.data.slice(i * width, (i + 1) * width)];
      expect([...(two[name]?.data ?? [])]).toEqual([...row(3), ...row(1)]);
    }
    const filled = (two.x ?? two.pixels)?.data as Float64Array;
    filled.fill(9);
    expect(await data.batch([0, 1, 2, 3, 4])).toEqual(all);
    expect(Object.values(await data.batch([]))[0]?.data).toHaveLength(0);
  });

  test("refuses rows that it has not", async () => {
    for (const row of [-1, data.count, 0.5])
      await expect((async () => data.batch([row]))()).rejects.toMatchObject({ code: "invalid-option" });
    expect(() => subset(data, [data.count])).toThrow("outside");
  });
});

test("arrays that are no data set", () => {
  expect(() => fromArrays({})).toThrow("no array");
  const x = { data: new Float32Array(4), shape: [2, 2] };
  expect(() => fromArrays({ x, y: { data: new Float32Array(3), shape: [3] } })).toThrow('"y" has 3 rows');
  expect(() => fromArrays({ x: { ...x, shape: [2, 3] } })).toThrow("4 elements");
});

test("what is made of batches knows the pass, whether they are there or promised", async () => {
  const make = (batch: Batch, { epoch }: { readonly epoch: number }) => [epoch, ...(batch.label?.data ?? [])];
  expect(mapBatches(wide, make).batch([2, 0], { epoch: 7 })).toEqual([7, 2n, 0n]);
  expect(await mapBatches(slow, make).batch([2, 0], { epoch: 7 })).toEqual([7, 2n, 0n]);
  const mapped = mapBatches(numbers(3), async (batch, { epoch }) => [epoch, ...(batch.n?.data ?? [])]);
  expect([mapped.count, await all(mapped.batches({ epoch: 2 }))]).toEqual([3, [[2, 0, 1, 2]]]);
});

test("columns of numbers side by side", () => {
  const batch = {
    ...asDataset(table).batch([4, 1]),
    pair: { data: BigInt64Array.of(1n, 2n, 3n, 4n), shape: [2, 2] },
  };
  expect(stackColumns(batch, ["pair", "x"])).toEqual({ data: Float32Array.of(1, 2, 4, 3, 4, 1), shape: [2, 3] });
  expect(() => stackColumns(batch, ["c"])).toThrow('"c" holds strings');
  expect(() => stackColumns(batch, ["pairs"])).toThrow('no column "pairs"');
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const valuesOf = async (data: DatasetStream, epoch = 1, name = "n"): Promise<unknown[]> =>
  (await all(data.batches({ epoch }))).flatMap((batch) => [...(batch[name]?.data ?? [])]);

/** 0 … count - 1 with their squares as text. */
function numbers(count: number, batchRows = 4): DatasetStream {
  const specs = [
    { name: "n", type: "number" },
    { name: "square", type: "category" },
  ] as const;
  return rowStream(
    specs,
    function* () {
      for (let n = 0; n < count; n++) yield { n, square: String(n * n) };
    },
    { count, batchRows },
  );
}

test("rows in turn become batches, read as a table's are", async () => {
  const batches = await all(numbers(10).batches({ epoch: 1 }));
  expect(batches.map(({ n }) => n?.shape)).toEqual([
    [4, 1],
    [4, 1],
    [2, 1],
  ]);
  expect(batches[2]).toEqual({
    n: { data: Float64Array.of(8, 9), shape: [2, 1] },
    square: { data: ["64", "81"], shape: [2, 1] },
  });
  const given = [{ n: "1" }, {}, { n: "one" }, { m: 1 }];
  const stream = (rows: typeof given) => rowStream([{ name: "n", type: "number" }], () => rows, { batchRows: 2 });
  expect(await valuesOf(stream(given.slice(0, 2)))).toEqual([1, Number.NaN]);
  await expect(valuesOf(stream(given.slice(0, 3)))).rejects.toThrow('row 2, column "n": "one" is not a number');
  await expect(valuesOf(stream([...given.slice(0, 2), {}, given[3]!]))).rejects.toThrow('row 3 has a field "m"');
  expect(() => rowStream([], () => [], { batchRows: 0 })).toThrow("a batch of 0 rows");
});

describe("a shuffled stream", () => {
  test("property: has every row once, none more than a buffer early, the same for one seed and epoch", async () => {
    const sizes = fc.record({ count: fc.nat(40), batchRows: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 50 }),
        fc.integer(),
        async ({ count, batchRows }, buffer, seed) => {
          const data = shuffleStream(numbers(count, batchRows), { buffer, seed });
          expect(data.count).toBe(count);
          const order = (await valuesOf(data)) as number[];
          expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
          for (const [place, n] of order.entries()) expect(n - place).toBeLessThan(buffer + 1);
          expect(await valuesOf(data, 1, "square")).toEqual(order.map((n) => String(n * n)));
          if (buffer === 1) expect(order).toEqual(order.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("has another order in every epoch and for every seed", async () => {
    const data = shuffleStream(numbers(100), { buffer: 100 });
    const orders = [await valuesOf(data, 1), await valuesOf(data, 2)];
    orders.push(await valuesOf(shuffleStream(numbers(100), { buffer: 100, seed: 1 })));
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  test("takes every order as likely where the buffer holds all", async () => {
    const counts = new Map<string, number>();
    for (let epoch = 1; epoch <= 6000; epoch++) {
      const order = String(await valuesOf(shuffleStream(numbers(3, 2), { buffer: 3 }), epoch));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Chi-square of six orders, five degrees of freedom: 20.5 at 0.001.
    expect(counts.size).toBe(6);
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  });

  test("refuses a batch of other arrays, and a buffer of no rows", async () => {
    const odd: DatasetStream = {
      columns: [],
      async *batches() {
        yield { x: { data: Float32Array.of(1, 2), shape: [1, 2] } };
        yield { x: { data: Float32Array.of(1), shape: [1, 1] } };
      },
    };
    await expect(valuesOf(shuffleStream(odd, { buffer: 9 }))).rejects.toThrow("x Float32Array [rows, 1]");
    expect(() => shuffleStream(odd, { buffer: 0 })).toThrow("a buffer of 0 rows");
  });
});
