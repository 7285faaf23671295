// Accuracy: the largest logit's class, over further axes, without what is ignored.
import { expect, test } from "vitest";
import { accuracy } from "../index.ts";

const logits = { data: Float32Array.of(0, 2, 1, 3, 1, 3, 0, 0, 5, 1, 9, 2), shape: [2, 2, 3] };
const classes = (...own: number[]) => ({ data: BigInt64Array.from(own, BigInt), shape: [2, 2] });

test("counts the first of the largest logits", () => {
  expect(accuracy()(logits, classes(1, 0, 2, 1))).toBe(1);
  expect(accuracy()(logits, classes(1, 2, 2, 0))).toBe(0.5);
});

test("leaves out what is ignored", () => {
  expect(accuracy({ ignore: -100 })(logits, classes(1, -100, 0, -100))).toBe(0.5);
  expect(accuracy({ ignore: 0 })(logits, classes(0, 0, 0, 0))).toBeNaN();
});
