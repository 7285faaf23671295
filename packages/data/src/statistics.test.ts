// Ranks and their sums.
import fc from "fast-check";
import { expect, test } from "vitest";
import { rankSum, ranksOf, sortedPresent } from "./statistics.ts";

const values = fc.array(fc.constantFrom(Number.NaN, 0, -0, 1, 2, 2.5, Number.POSITIVE_INFINITY), { maxLength: 30 });

test("property: ranks are one more than the smaller ones and half of the other equal ones", () => {
  fc.assert(
    fc.property(values, (list) => {
      const key = (value: number): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);
      const expected = list.map((value) => {
        const less = list.filter((other) => key(other) < key(value)).length;
        const equal = list.filter((other) => key(other) === key(value)).length;
        return less + (equal + 1) / 2;
      });
      expect([...ranksOf(Float64Array.from(list))]).toEqual(expected);
    }),
  );
});

test("property: the sum of some values' ranks is that of all ranks at their places", () => {
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.boolean()), (list, chosen) => {
      const some = list.map(() => chosen.next().value as boolean);
      const data = Float64Array.from(list);
      const own = data.filter((_, i) => some[i]);
      const missing = (of: Float64Array): number => of.length - sortedPresent(of).length;
      const sum = rankSum(sortedPresent(own), sortedPresent(data), { some: missing(own), all: missing(data) });
      expect(sum).toBe(ranksOf(data).reduce((total, rank, i) => total + (some[i] ? rank : 0), 0));
    }),
  );
});
