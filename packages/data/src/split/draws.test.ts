// What parts promise: each is a random draw of the table, whatever repeats in it, and rows keep their part.
import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { type Column, makeTable, type Table, takeRows } from "../table.ts";
import { kFold, splitTable } from "./split.ts";

const rows = 600;
/** Twelve cells, a noisy answer: every row stands in the table many times. */
function coarse(seed: number, count = rows): Table {
  const random = rng(seed);
  const cell = Array.from({ length: count }, () => random.integer(12));
  const x = { name: "x", type: "number", data: Float64Array.from(cell, (c) => c % 4) } as const;
  const kind = { name: "kind", type: "category", data: cell.map((c) => "abc"[Math.floor(c / 4)]!) } as const;
  const answer = cell.map((c) => (random.uniform() < 0.2 + 0.05 * c ? "yes" : "no"));
  return makeTable([x, kind, { name: "y", type: "category", data: answer }]);
}

const text = (table: Table, row: number): string => table.columns.map(({ data }) => String(data[row])).join("|");

/** How many rows of each content a part holds. */
function tally(table: Table, part: ArrayLike<number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < part.length; i++) counts.set(text(table, part[i]!), (counts.get(text(table, part[i]!)) ?? 0) + 1);
  return counts;
}

/** Share of the rows below `count` that are in another part of `after` than of `before`. */
function moved(before: Record<string, Int32Array>, after: Record<string, Int32Array>, count: number): number {
  const partOf = (parts: Record<string, Int32Array>): string[] => {
    const names: string[] = [];
    for (const [name, part] of Object.entries(parts)) for (const row of part) names[row] = name;
    return names;
  };
  const [a, b] = [partOf(before), partOf(after)];
  return Array.from({ length: count }, (_, row) => Number(a[row] !== b[row])).reduce((x, y) => x + y) / count;
}

describe("repeated rows", () => {
  test("each content's count in the test part has the mean and the variance of a random draw", () => {
    const table = coarse(1);
    const whole = tally(
      table,
      Array.from({ length: rows }, (_, row) => row),
    );
    const seeds = 400;
    const sums = new Map<string, { sum: number; squares: number }>();
    for (let seed = 0; seed < seeds; seed++) {
      const counts = tally(table, splitTable(table, { stratify: "y", seed }).test);
      for (const content of whole.keys()) {
        const sum = sums.get(content) ?? { sum: 0, squares: 0 };
        const count = counts.get(content) ?? 0;
        sums.set(content, { sum: sum.sum + count, squares: sum.squares + count * count });
      }
    }
    // Within its class of N rows, of which the part takes n, a content of m rows is hypergeometric.
    const classSize = { yes: 0, no: 0 };
    for (const [content, count] of whole) classSize[content.endsWith("yes") ? "yes" : "no"] += count;
    let ratio = 0;
    for (const [content, m] of whole) {
      const N = classSize[content.endsWith("yes") ? "yes" : "no"];
      const { sum, squares } = sums.get(content)!;
      const mean = sum / seeds;
      const variance = squares / seeds - mean * mean;
      const expected = (0.2 * m * 0.8 * (N - m)) / (N - 1);
      expect(Math.abs(mean - 0.2 * m)).toBeLessThan(4 * Math.sqrt(expected / seeds));
      ratio += variance / expected / whole.size;
    }
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  test("a table pasted twice: a row and its copy fall independently of each other", () => {
    const single = coarse(2, 300);
    const twice = takeRows(single, [...Array(300).keys(), ...Array(300).keys()]);
    const x = { name: "u", type: "number", data: Float64Array.from({ length: 600 }, (_, i) => (i % 300) / 7) } as const;
    const table = makeTable([...twice.columns, x]);
    let both = 0;
    for (let seed = 0; seed < 50; seed++) {
      const held = new Set(splitTable(table, { seed }).test);
      for (const row of held) if (row < 300 && held.has(row + 300)) both++;
    }
    expect(both / (50 * 300)).toBeGreaterThan(0.033);
    expect(both / (50 * 300)).toBeLessThan(0.047);
  });

  test("all columns constant but one: parts differ by chance alone", () => {
    const constant: Column = { name: "c", type: "category", data: new Array<string>(200).fill("same") };
    const x: Column = { name: "x", type: "boolean", data: Float64Array.from({ length: 200 }, (_, i) => i % 2) };
    const table = makeTable([constant, x]);
    const shares = Array.from({ length: 100 }, (_, seed) => {
      const { test: held } = splitTable(table, { seed });
      return held.reduce((sum, row) => sum + (row % 2), 0) / held.length;
    });
    const mean = shares.reduce((a, b) => a + b) / 100;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    expect(new Set(shares).size).toBeGreaterThan(5);
  });
});

describe("rows keep their part", () => {
  const shares: number[] = [];
  for (const stratify of ["y", "v", undefined])
    test(`where a tenth is appended, about √n of n move (by ${stratify ?? "nothing"})`, () => {
      for (let seed = 0; seed < 20; seed++) {
        const table = coarse(3, 1100);
        const random = rng(seed);
        const v: Column = {
          name: "v",
          type: "number",
          data: Float64Array.from({ length: 1100 }, () => random.normal()),
        };
        const after = makeTable([...table.columns, v]);
        const before = takeRows(after, [...Array(1000).keys()]);
        const options = { seed, ...(stratify === undefined ? {} : { stratify }) };
        shares.push(moved(splitTable(before, options), splitTable(after, options), 1000));
      }
      expect(Math.max(...shares)).toBeLessThan(0.045);
      expect(shares.reduce((a, b) => a + b) / shares.length).toBeLessThan(0.02);
    });

  test("whatever type a column is given", () => {
    const codes = Array.from({ length: 90 }, (_, i) => (i * 7) % 30);
    const flags = codes.map((code) => code % 3 === 0);
    const typed = (code: Column, flag: Column): Table =>
      makeTable([code, flag, { name: "y", type: "category", data: codes.map((_, i) => (i % 4 ? "a" : "b")) }]);
    const numbers = typed(
      { name: "code", type: "number", data: Float64Array.from(codes) },
      { name: "flag", type: "boolean", data: Float64Array.from(flags, Number) },
    );
    const strings = typed(
      { name: "code", type: "category", data: codes.map((code) => ` ${String(code).padStart(3, "0")}`) },
      { name: "flag", type: "text", data: flags.map((flag) => (flag ? "True" : "FALSE")) },
    );
    expect(splitTable(strings, { stratify: "y", seed: 8 })).toEqual(splitTable(numbers, { stratify: "y", seed: 8 }));
    expect(kFold(strings, { k: 4, group: "code" })).toEqual(kFold(numbers, { k: 4, group: "code" }));
  });
});

describe("groups", () => {
  /** Groups of the given sizes, each of one class where `label` says so. */
  function grouped(sizes: readonly number[], label: (group: number, row: number) => string): Table {
    const group = sizes.flatMap((size, g) => new Array<string>(size).fill(`p${g}`));
    const y = group.map((name, row) => label(Number(name.slice(1)), row));
    const x = Float64Array.from(group, (_, row) => row / 3);
    return makeTable([
      { name: "person", type: "category", data: group },
      { name: "x", type: "number", data: x },
      { name: "y", type: "category", data: y },
    ]);
  }
  const peopleOf = (table: Table, part: Int32Array): Set<string> =>
    new Set(Array.from(part, (row) => table.columns[0]!.data[row] as string));

  test("of one class each: a part has its share of the people of each class", () => {
    const table = grouped(new Array<number>(120).fill(8), (group) => (group % 4 === 0 ? "ill" : "well"));
    for (let seed = 0; seed < 20; seed++) {
      const parts = splitTable(table, { group: "person", stratify: "y", seed });
      expect(Object.values(parts).map((part) => peopleOf(table, part).size)).toEqual([72, 24, 24]);
      const ill = [...peopleOf(table, parts.test)].filter((name) => Number(name.slice(1)) % 4 === 0);
      expect(ill).toHaveLength(6);
    }
  });

  test("of very unequal sizes: never apart, shares of the rows near, no part without people", () => {
    const sizes = Array.from({ length: 60 }, (_, i) => Math.ceil(300 / (i + 1)));
    const table = grouped(sizes, (_, row) => (row % 3 ? "a" : "b"));
    for (let seed = 0; seed < 30; seed++) {
      const parts = Object.values(splitTable(table, { group: "person", stratify: "y", seed }));
      const people = parts.map((part) => peopleOf(table, part));
      expect(people.reduce((sum, { size }) => sum + size, 0)).toBe(60);
      const shares = parts.map((part) => part.length / table.rowCount);
      expect(shares[0]!).toBeGreaterThan(0.4);
      expect(shares[2]!).toBeGreaterThan(0.08);
    }
  });

  test("half of the rows in one group: it goes where it has room", () => {
    const table = grouped([200, ...new Array<number>(100).fill(2)], (_, row) => (row % 2 ? "a" : "b"));
    for (let seed = 0; seed < 10; seed++) {
      const { train, test: held } = splitTable(table, { group: "person", seed });
      expect(peopleOf(table, train).has("p0")).toBe(true);
      expect(held.length).toBe(80);
    }
  });

  test("a rare class of few people reaches every part, and folds", () => {
    const table = grouped(new Array<number>(100).fill(5), (group, row) =>
      group < 10 && row % 5 === 0 ? "rare" : "no",
    );
    const rare = (part: Int32Array): number =>
      Array.from(part, (row) => Number(table.columns[2]!.data[row] === "rare")).reduce((a, b) => a + b, 0);
    for (let seed = 0; seed < 10; seed++) {
      const parts = splitTable(table, { group: "person", stratify: "y", seed });
      expect(Object.values(parts).map(rare)).toEqual([6, 2, 2]);
      const folds = kFold(table, { k: 5, group: "person", stratify: "y", seed });
      expect(folds.map((fold) => rare(fold.test))).toEqual([2, 2, 2, 2, 2]);
      for (const { train, test: held } of folds)
        expect([...peopleOf(table, held)].filter((name) => peopleOf(table, train).has(name))).toEqual([]);
    }
  });

  test("people keep their part where others join and where they gain rows", () => {
    const label = (group: number): string => (group % 3 ? "a" : "b");
    const before = grouped(new Array<number>(200).fill(4), label);
    const after = grouped([...new Array<number>(200).fill(4), ...new Array<number>(20).fill(4)], label);
    const more = grouped(
      new Array<number>(200).fill(4).map((size, i) => (i % 10 === 0 ? size + 1 : size)),
      label,
    );
    for (let seed = 0; seed < 10; seed++) {
      const options = { group: "person", stratify: "y", seed };
      const first = splitTable(before, options);
      expect(moved(first, splitTable(after, options), 800)).toBeLessThan(0.06);
      const names = peopleOf(before, first.test);
      const stayed = [...peopleOf(more, splitTable(more, options).test)].filter((name) => names.has(name));
      expect(stayed.length).toBeGreaterThan(36);
    }
  });

  test("rows without a group are groups of their own", () => {
    const table = makeTable([
      { name: "person", type: "category", data: Array.from({ length: 100 }, (_, i) => (i < 50 ? "" : `p${i % 5}`)) },
      { name: "x", type: "number", data: Float64Array.from({ length: 100 }, (_, i) => i) },
    ]);
    const parts = splitTable(table, { group: "person", seed: 1 });
    expect(Object.values(parts).every((part) => Array.from(part).some((row) => row < 50))).toBe(true);
    expect(Object.values(parts).reduce((sum, part) => sum + part.length, 0)).toBe(100);
  });
});

test("fewer rows of a class than folds: every fold has rows, the class is spread over as many as it can be", () => {
  const y = Array.from({ length: 60 }, (_, i) => (i < 3 ? "rare" : "usual"));
  const x = Float64Array.from({ length: 60 }, (_, i) => i % 5);
  const table = makeTable([
    { name: "x", type: "number", data: x },
    { name: "y", type: "category", data: y },
  ]);
  for (let seed = 0; seed < 20; seed++) {
    const rare = kFold(table, { k: 5, stratify: "y", seed }).map(({ test: held }) => {
      expect(held.length).toBe(12);
      return Array.from(held, (row) => Number(y[row] === "rare")).reduce((a, b) => a + b, 0);
    });
    expect(rare.sort()).toEqual([0, 0, 1, 1, 1]);
  }
});
