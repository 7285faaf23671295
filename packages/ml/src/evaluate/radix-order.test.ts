// The order of numbers by radix is that of a comparison.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fallingOrder } from "./radix-order.ts";

test("property: as a stable sort by falling value, whatever the numbers", () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, 0.5, -0.5, Number.MAX_VALUE, 5e-324));
  fc.assert(
    fc.property(fc.array(number), (values) => {
      const expected = values
        .map((_, i) => i)
        .sort((a, b) => (values[b]! > values[a]! ? 1 : values[b]! < values[a]! ? -1 : a - b));
      expect([...fallingOrder(values)]).toEqual(expected);
      expect([...fallingOrder(Float32Array.from(values, Math.fround))]).toHaveLength(values.length);
    }),
  );
});
