// Float16 as bits: every value there and back, and rounding between neighbours.
import { expect, test } from "vitest";
import { halfToNumber, halvesOf } from "./float16.ts";

test("every float16 is the nearest to itself", () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits);
  const numbers = all.filter((bits) => !Number.isNaN(halfToNumber(bits)));
  expect([...halvesOf(Float32Array.from(numbers, halfToNumber))]).toEqual(numbers);
  expect(numbers).toHaveLength(65536 - 2 * 1023);
  expect(halfToNumber(halvesOf(Float32Array.of(Number.NaN))[0] as number)).toBeNaN();
});

test.each([
  ["between two, the nearer one", 1 + 0.7 * 2 ** -10, 1 + 2 ** -10],
  ["in the middle, the even one below", 1 + 2 ** -11, 1],
  ["in the middle, the even one above", 1 + 3 * 2 ** -11, 1 + 2 ** -9],
  ["into the next exponent", 2 - 2 ** -12, 2],
  ["the largest", 65519, 65504],
  ["beyond the largest", 65520, Number.POSITIVE_INFINITY],
  ["far beyond", -1e30, Number.NEGATIVE_INFINITY],
  ["below the normal ones", 3.4 * 2 ** -24, 3 * 2 ** -24],
  ["up to the smallest normal one", 2 ** -14 - 2 ** -26, 2 ** -14],
  ["half the smallest", 2 ** -25, 0],
  ["a little more than half the smallest", 1.01 * 2 ** -25, 2 ** -24],
  ["nearly nothing", 1e-30, 0],
])("%s", (_, value, rounded) => {
  expect(halfToNumber(halvesOf(Float32Array.of(value))[0] as number)).toBe(rounded);
});

test("an array that begins inside of a buffer", () => {
  const values = new Float32Array([9, 9, 0.5, -2]).subarray(2);
  expect([...halvesOf(values)]).toEqual([0x3800, 0xc000]);
});
