// Every mode of Resize, coordinates at borders too: the gradient is the slope of what the runtime computes.
import { expect, test } from "vitest";
import { createSession } from "#session";
import { apply } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import type { Attributes, Tensor } from "../graph/node.ts";
import { int64s, mul } from "../graph/operators.ts";
import { constant, input, reduceSum } from "../index.ts";
import { gradients } from "./gradients.ts";

type By = { readonly scales: readonly number[] } | { readonly sizes: readonly number[] };

/** The largest difference of the gradient and the slopes of sum(w · y), in which every mode is linear. */
async function error(shape: readonly number[], by: By, attributes: Attributes): Promise<number> {
  const x = input("x", "float32", shape);
  const last: (Tensor | undefined)[] =
    "sizes" in by
      ? [undefined, int64s(by.sizes)]
      : [constant({ data: Float32Array.from(by.scales), shape: [by.scales.length] })];
  const y = apply("Resize", [x, undefined, ...last], attributes);
  const size = y.shape.reduce<number>((all, dim) => all * Number(dim), 1);
  const w = Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.3));
  const [g] = gradients(reduceSum(mul(y, constant({ data: w, shape: y.shape.map(Number) }))), [x]);
  const session = await createSession(buildGraph({ y, g: g as Tensor }, { inputs: [x] }));
  try {
    const count = shape.reduce((all, dim) => all * dim, 1);
    const at = async (i: number) => {
      const data = Float32Array.from({ length: count }, (_, k) => (k === i ? 1 : 0));
      return session.run({ x: { data, shape } });
    };
    let worst = 0;
    for (let i = 0; i < count; i++) {
      const { y: out, g: own } = await at(i);
      const slope = Array.from(out?.data ?? [], Number).reduce((sum, value, k) => sum + value * (w[k] as number), 0);
      worst = Math.max(worst, Math.abs(slope - Number(own?.data[i])));
    }
    return worst;
  } finally {
    await session.close();
  }
}

const coordinates = ["half_pixel", "half_pixel_symmetric", "asymmetric", "align_corners", "pytorch_half_pixel"];
const roundings = ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"];
const lines: readonly (readonly [number, By])[] = [
  [3, { sizes: [1, 1, 1, 1] }],
  [3, { sizes: [1, 1, 1, 11] }],
  [5, { sizes: [1, 1, 1, 3] }],
  [7, { sizes: [1, 1, 1, 2] }],
  [7, { scales: [1, 1, 1, 0.6] }],
  [7, { scales: [1, 1, 1, 2.6] }],
  // As many elements as before: copied, whatever the coordinates say.
  [5, { scales: [1, 1, 1, 1.1] }],
];

test.each(coordinates)("%s", async (coordinate) => {
  const wrong: string[] = [];
  for (const [from, by] of lines)
    for (const attributes of [
      ...roundings.map((nearest_mode) => ({ mode: "nearest", nearest_mode })),
      { mode: "linear" },
      { mode: "cubic" },
    ]) {
      const off = await error([1, 1, 1, from], by, { ...attributes, coordinate_transformation_mode: coordinate });
      if (!(off < 2e-4)) wrong.push(`${from} ${JSON.stringify({ ...by, ...attributes })}: ${off}`);
    }
  expect(wrong).toEqual([]);
});

test.each([
  ["an axis that keeps its size beside one that does not", { scales: [1, 1, 2, 1.1] }, {}],
  ["both axes", { scales: [1, 1, 0.6, 1.5] }, {}],
  ["axes in another order", { sizes: [8, 3] }, { axes: [3, 2] }],
  ["one scale for both", { sizes: [9, 3] }, { axes: [2, 3], keep_aspect_ratio_policy: "not_smaller" }],
] as const)("nearest with floor and half_pixel_symmetric: %s", async (_, by, attributes) => {
  for (const mode of ["half_pixel_symmetric", "half_pixel"])
    expect(
      await error([1, 2, 4, 5], by, {
        mode: "nearest",
        nearest_mode: "floor",
        coordinate_transformation_mode: mode,
        ...attributes,
      }),
    ).toBeLessThan(2e-4);
});
