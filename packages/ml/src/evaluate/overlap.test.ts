// Measuring on rows learnt from is said, in whole and in part; repeated rows of coarse tables raise no false alarm.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { falsePositives, mayHold, rowFilter } from "../bundle/row-filter.ts";
import { overlapOf, overlapText, repeatShare } from "./overlap.ts";

/** A row's hash as `Table.rowHashes` has it: 32 hex digits that look random. */
function hashOf(value: number): string {
  const random = rng(value);
  return Array.from({ length: 4 }, () =>
    random
      .integer(2 ** 31)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

const from = (start: number, count: number): string[] => Array.from({ length: count }, (_, i) => hashOf(start + i));

describe("the filter of rows learnt from", () => {
  const learnt = from(0, 5000);
  const filter = rowFilter(learnt);

  test("knows every one of them, and takes one in a thousand of others for one", () => {
    expect(learnt.every((hash) => mayHold(filter, hash))).toBe(true);
    const wrong = from(1_000_000, 20_000).filter((hash) => mayHold(filter, hash)).length;
    expect(wrong / 20_000).toBeLessThan(2 * falsePositives);
  });

  test("takes less than two bytes a row, however often rows repeat", () => {
    expect(filter.bits.length).toBeLessThan(2 * 5000);
    expect(rowFilter([...learnt, ...learnt]).bits).toEqual(filter.bits);
    expect(mayHold(rowFilter([]), learnt[0]!)).toBe(false);
  });
});

describe("rows that do not repeat", () => {
  const learnt = from(0, 800);
  const known = new Set(learnt);
  const overlap = (rows: readonly string[]) =>
    overlapOf(rows, (hash) => known.has(hash), learnt.length, repeatShare(learnt));

  test("that were all learnt from are said to be", () => {
    expect(overlap(learnt)).toEqual({ rows: 800, seen: 800, byChance: 0, trainedOn: true });
    expect(overlapText(overlap(learnt))).toMatch(/^all 800 rows equal rows that the model learnt from/);
  });

  test("are counted where some of them were", () => {
    const partly = overlap([...learnt.slice(0, 20), ...from(10_000, 180)]);
    expect(partly).toMatchObject({ seen: 20, trainedOn: true });
    expect(overlapText(partly)).toMatch(/^20 of 200 rows/);
  });

  test("that are new are not spoken of", () => {
    expect(overlapText(overlap(from(10_000, 200)))).toBeUndefined();
    expect(overlapText({ ...overlap(from(10_000, 200)), sameTable: true })).toMatch(/^this is the very table/);
  });
});

test.each([
  ["very coarse", 12],
  ["coarse", 300],
  ["middling", 3000],
  ["nearly fine", 100_000],
])("new rows of a %s table raise an alarm one time in a hundred at most; learnt ones do where they can", (_, cells) => {
  const random = rng(cells);
  // Cells of uneven share, as the crossing of a few categories has them.
  const draw = (count: number): string[] =>
    Array.from({ length: count }, () => `cell ${Math.floor(cells * random.uniform() ** 2)}`);
  let alarms = 0;
  let found = 0;
  const trials = 300;
  for (let trial = 0; trial < trials; trial++) {
    const learnt = draw(600);
    const known = new Set(learnt);
    const judged = (rows: readonly string[]): boolean =>
      overlapOf(rows, (hash) => known.has(hash), learnt.length, repeatShare(learnt)).trainedOn;
    if (judged(draw(trial % 2 === 0 ? 150 : 1500))) alarms++;
    if (judged(learnt)) found++;
  }
  expect(alarms / trials).toBeLessThanOrEqual(0.01);
  // In a table of a dozen cells all rows are seen by chance: nothing can be told, and nothing is.
  expect(found / trials).toBe(cells <= 12 ? 0 : 1);
});

describe("groups whose rows are all alike", () => {
  const ofGroups = (first: number, count: number) => ({
    rows: Array.from({ length: count * 8 }, (_, row) => hashOf(first + Math.floor(row / 8))),
    groups: Int32Array.from({ length: count * 8 }, (_, row) => Math.floor(row / 8)),
  });
  const learnt = ofGroups(0, 100);
  const known = new Set(learnt.rows);
  const share = repeatShare(learnt.rows, learnt.groups);
  const overlap = ({ rows, groups }: ReturnType<typeof ofGroups>) =>
    overlapOf(rows, (hash) => known.has(hash), learnt.rows.length, share, groups);

  test("do not make rows of other groups likely to repeat", () => {
    expect(repeatShare(learnt.rows)).toBe(1);
    expect(share).toBe(0);
    expect(repeatShare(["a", "a", "b", "a"], Int32Array.of(0, 0, 1, 1))).toBe(3 / 4);
  });

  test("are told where they were learnt from, and one group that repeats is chance", () => {
    expect(overlap(ofGroups(0, 100))).toMatchObject({ seen: 800, trainedOn: true });
    expect(overlap(ofGroups(95, 25))).toMatchObject({ seen: 40, trainedOn: true });
    expect(overlap(ofGroups(99, 25))).toMatchObject({ seen: 8, trainedOn: false });
  });
});
