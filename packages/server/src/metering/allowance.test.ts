// The shared allowance: sums add up for any lines.
import fc from "fast-check";
import { expect, test } from "vitest";
import { shareAllowance } from "./allowance.ts";

test("the first lines take the allowance first", () => {
  expect(shareAllowance([3, 5, 2], 4)).toEqual([
    { free: 3, billed: 0 },
    { free: 1, billed: 4 },
    { free: 0, billed: 2 },
  ]);
});

test("free and billed add up to each count, and free to the allowance or to all", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000)), fc.nat(5_000_000), (counts, free) => {
      const shared = shareAllowance(counts, free);
      const sum = (of: (i: number) => number) => counts.reduce((total, _, i) => total + of(i), 0);
      for (const [i, count] of counts.entries()) {
        expect(shared[i]!.free + shared[i]!.billed).toBe(count);
        expect(shared[i]!.free).toBeGreaterThanOrEqual(0);
        expect(shared[i]!.billed).toBeGreaterThanOrEqual(0);
      }
      expect(sum((i) => shared[i]!.free)).toBe(
        Math.min(
          free,
          sum((i) => counts[i]!),
        ),
      );
      expect(shareAllowance(counts, free)).toEqual(shared);
    }),
  );
});
