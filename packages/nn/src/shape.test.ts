// What is written for known sizes refuses others, in place of going on with a size of 1.
import { expect, test } from "vitest";
import { entryOf, staticShape } from "./shape.ts";

test("the sizes of a shape are those that are known", () => {
  expect(staticShape([2, 3])).toEqual([2, 3]);
  expect(staticShape([])).toEqual([]);
  expect(() => staticShape(["N", 3])).toThrow(expect.objectContaining({ code: "graph-invalid" }));
  expect(() => staticShape([2, 3], 4)).toThrow("[2, 3] where 4 axes or more");
});

test("a list of one entry an axis has one for each", () => {
  expect(entryOf([0, 5], 0)).toBe(0);
  expect(() => entryOf([1, 2], 2)).toThrow(expect.objectContaining({ code: "graph-invalid" }));
  expect(() => entryOf([1, 2], -1)).toThrow("has none for axis -1");
});
