// Short ways to write the lines of the conformance table.
import { applyAll } from "../../src/graph/apply.ts";
import type { Attributes } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";

export type Shapes = readonly (readonly number[])[];
type Build = GradientCase["build"];
type Options = Pick<GradientCase, "dtype" | "range">;

export const float32 = { dtype: "float32" } as const;
/** Numbers away from zero, where quotients, roots and powers have a slope. */
export const positive = [0.3, 2] as const;

export const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
export const two = (op: (a: t.Tensor, b: t.Tensor) => t.Tensor) => (a?: t.Tensor, b?: t.Tensor) => op(a!, b!);

export const int64 = (values: readonly number[], ...shape: number[]): t.Tensor =>
  t.constant({ data: BigInt64Array.from(values, BigInt), shape });

/** One operator on several lists of shapes. */
export const each = (
  op: string,
  lists: readonly Shapes[],
  build: Build,
  options: Options = {},
): readonly GradientCase[] => lists.map((shapes) => ({ op, shapes, build, ...options }));

/** All outputs of an operator, joined into one vector in float32. */
export const allOf = (op: string, shapes: Shapes, attributes: Attributes, count: number): GradientCase => ({
  op,
  shapes,
  ...float32,
  build: (...inputs: readonly t.Tensor[]) =>
    t.concat(
      applyAll(op, inputs, attributes, count).map((y) => t.reshape(t.cast(y, "float32"), [-1])),
      0,
    ),
});
