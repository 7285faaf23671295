// Each formulation is forced in turn on several shapes: all give the same numbers as the one that is always valid.
import { describe, expect, test } from "vitest";
import { apply } from "../../graph/apply.ts";
import type { Attributes } from "../../graph/node.ts";
import type { Tensor } from "../../index.ts";
import {
  averagePool,
  buildGraph,
  convolution,
  createSession,
  gradients,
  input,
  maxPool,
  mul,
  reduceSum,
  rng,
  transposedConvolution,
} from "../../index.ts";
import { chooseByModel } from "./choice.ts";
import { convolutionInput } from "./convolution-input.ts";
import { convolutionWeight } from "./convolution-weight.ts";
import type { Family } from "./formulation.ts";
import { averagePool as averagePools } from "./pooling-average.ts";
import { maximumPool } from "./pooling-maximum.ts";

interface Case {
  readonly family: Family;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: readonly Tensor[]) => Tensor;
  /** Formulations that this shape allows beside the one that is always valid. */
  readonly also: readonly string[];
  /** Whole numbers, so that equal maxima occur. */
  readonly ties?: boolean;
}

const flat = ["row-shift", "two-sided-shift", "shifted-gemm", "im2col"] as const;
const flatRow = ["two-sided-shift", "shifted-gemm", "im2col"] as const;
const conv = (options: Parameters<typeof convolution>[3]) => (x?: Tensor, w?: Tensor) =>
  convolution(x as Tensor, w as Tensor, undefined, options);

const uneven = (attributes: Attributes) => (x?: Tensor, w?: Tensor) => apply("Conv", [x, w], attributes);

/** A case of as many channels as the crossed shift asks for. */
function crossed(
  shapes: Case["shapes"],
  options: Parameters<typeof conv>[0],
  ...others: readonly string[]
): readonly Case[] {
  return [{ family: convolutionWeight, shapes, build: conv(options), also: ["crossed-shift", ...others] }];
}

const cases: readonly Case[] = [
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 6, 5],
      [3, 2, 2, 4],
    ],
    build: uneven({ pads: [0, 2, 1, 1] }),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 8, 8],
      [3, 2, 3, 3],
    ],
    build: uneven({ strides: [2, 2], pads: [0, 0, 1, 1] }),
    also: ["im2col"],
  },
  {
    family: convolutionInput,
    shapes: [
      [2, 2, 6, 5],
      [3, 2, 2, 4],
    ],
    build: uneven({ pads: [0, 2, 1, 1] }),
    also: ["flipped-conv"],
  },
  {
    family: convolutionWeight,
    shapes: [
      [3, 2, 6, 7],
      [4, 2, 3, 3],
    ],
    build: conv({}),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 5, 5],
      [2, 3, 5, 5],
    ],
    build: conv({ padding: 2 }),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 7, 6],
      [3, 2, 2, 4],
    ],
    build: conv({ padding: [1, 0] }),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 8, 9],
      [3, 2, 3, 2],
    ],
    build: conv({ dilation: [2, 3] }),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 4, 4],
      [5, 3, 1, 1],
    ],
    build: conv({}),
    also: flatRow,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 1, 6],
      [5, 3, 1, 3],
    ],
    build: conv({}),
    also: flatRow,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 6, 1],
      [5, 3, 3, 1],
    ],
    build: conv({}),
    also: flat,
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 9],
      [3, 2, 4],
    ],
    build: conv({}),
    also: ["shifted-gemm", "im2col"],
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 8, 7],
      [4, 3, 3, 3],
    ],
    build: conv({ stride: 2, padding: 1 }),
    also: ["im2col"],
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 2, 6, 9],
      [3, 2, 3, 3],
    ],
    build: conv({ stride: [1, 2], padding: 1 }),
    also: ["row-shift", "im2col"],
  },
  ...crossed(
    [
      [2, 16, 6, 7],
      [4, 16, 3, 3],
    ],
    { padding: 1 },
    ...flat,
  ),
  ...crossed(
    [
      [2, 17, 6, 7],
      [3, 17, 4, 2],
    ],
    {},
    ...flat,
  ),
  ...crossed(
    [
      [2, 16, 3, 4],
      [3, 16, 3, 3],
    ],
    { padding: [2, 3] },
    ...flat,
  ),
  ...crossed(
    [
      [2, 16, 9, 8],
      [3, 16, 3, 3],
    ],
    { padding: 2, dilation: [2, 3] },
    ...flat,
  ),
  ...crossed(
    [
      [3, 16, 6, 8],
      [5, 16, 3, 3],
    ],
    { padding: 1, stride: 2 },
    "im2col",
  ),
  ...crossed(
    [
      [2, 16, 8, 8],
      [5, 16, 4, 5],
    ],
    { padding: [1, 2], stride: 2 },
    "im2col",
  ),
  ...crossed(
    [
      [2, 16, 9, 5],
      [5, 16, 5, 2],
    ],
    { padding: [2, 1], stride: [3, 1] },
    "im2col",
  ),
  {
    family: convolutionWeight,
    shapes: [
      [2, 4, 6, 6],
      [6, 2, 3, 3],
    ],
    build: conv({ groups: 2 }),
    also: ["im2col"],
  },
  {
    family: convolutionInput,
    shapes: [
      [2, 2, 6, 7],
      [3, 2, 3, 3],
    ],
    build: conv({}),
    also: ["flipped-conv"],
  },
  {
    family: convolutionInput,
    shapes: [
      [2, 2, 6, 7],
      [3, 2, 3, 2],
    ],
    build: conv({ padding: "same" }),
    also: ["flipped-conv"],
  },
  {
    family: convolutionInput,
    shapes: [
      [2, 4, 6, 7],
      [6, 2, 3, 2],
    ],
    build: conv({ groups: 2, dilation: 2 }),
    also: ["flipped-conv"],
  },
  {
    family: convolutionInput,
    shapes: [
      [2, 4, 6],
      [6, 4, 1],
    ],
    build: conv({}),
    also: ["flipped-conv"],
  },
  {
    family: convolutionWeight,
    shapes: [
      [2, 3, 4, 4],
      [3, 2, 3, 3],
    ],
    build: (x, w) => transposedConvolution(x as Tensor, w as Tensor, undefined, { padding: 1 }),
    also: flat,
  },
  { family: maximumPool, shapes: [[2, 3, 6, 4]], build: (x) => maxPool(x as Tensor, 2), also: ["equal"] },
  { family: maximumPool, shapes: [[2, 3, 6, 4]], build: (x) => maxPool(x as Tensor, 2), also: ["equal"], ties: true },
  { family: maximumPool, shapes: [[1, 3, 8, 10]], build: (x) => maxPool(x as Tensor, 3), also: ["equal"], ties: true },
  {
    family: maximumPool,
    shapes: [[2, 1, 4, 30]],
    build: (x) => maxPool(x as Tensor, [4, 1]),
    also: ["turns", "arg-max", "equal"],
    ties: true,
  },
  {
    family: maximumPool,
    shapes: [[2, 3, 5]],
    build: (x) => maxPool(x as Tensor, 5),
    also: ["turns", "arg-max"],
    ties: true,
  },
  { family: averagePools, shapes: [[2, 3, 6, 4]], build: (x) => averagePool(x as Tensor, [3, 2]), also: ["repeat"] },
  { family: averagePools, shapes: [[2, 3, 9]], build: (x) => averagePool(x as Tensor, 3), also: ["repeat"] },
];

const numbersOf = (tensor: { readonly data: ArrayLike<number | bigint | string> } | undefined): number[] =>
  Array.from(tensor?.data ?? [], Number);

describe("formulations", () => {
  test.each(cases.map((own) => ({ ...own, title: `${own.family.name} ${JSON.stringify(own.shapes)}` })))(
    "$title",
    async ({ family, shapes, build, also, ties }) => {
      const random = rng(5);
      const draw = (): number => (ties ? random.integer(3) - 1 : random.uniform(-1, 1));
      const arrays = shapes.map((shape) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw));
      const inputs = shapes.map((shape, i) => input(`x${i}`, "float32", shape));
      const y = build(...inputs);
      const weights = input("weights", "float32", y.shape);
      const weightData = Float32Array.from({ length: y.shape.reduce<number>((a, b) => a * Number(b), 1) }, () =>
        random.uniform(-1, 1),
      );
      const asked = new Set<string>();
      const gradientWith = async (name: string): Promise<readonly number[]> => {
        const slopes = gradients(reduceSum(mul(y, weights)), inputs, {
          choose(own, workload, valid) {
            if (own !== family) return chooseByModel(own, workload, valid);
            for (const { name: found } of valid) asked.add(found);
            return valid.find((one) => one.name === name) as (typeof valid)[number];
          },
        });
        const graph = buildGraph(Object.fromEntries(slopes.map((slope, i) => [`g${i}`, slope] as const)), {
          inputs: [...inputs, weights],
        });
        const session = await createSession(graph);
        const results = await session.run({
          ...Object.fromEntries(arrays.map((data, i) => [`x${i}`, { data, shape: [...(shapes[i] ?? [])] }] as const)),
          weights: { data: weightData, shape: y.shape.map(Number) },
        });
        await session.close();
        return slopes.flatMap((_, i) => numbersOf(results[`g${i}`]));
      };
      const last = family.formulations[family.formulations.length - 1]?.name ?? "";
      const expected = await gradientWith(last);
      expect([...asked].sort()).toEqual([...also, last].sort());
      for (const name of also) {
        const found = await gradientWith(name);
        expect(found).toHaveLength(expected.length);
        const worst = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
        expect(worst, name).toBeLessThan(1e-5);
      }
    },
  );

  test("cover every name", () => {
    for (const family of [convolutionWeight, convolutionInput, maximumPool, averagePools]) {
      const forced = new Set(cases.filter((own) => own.family === family).flatMap(({ also }) => also));
      expect(family.formulations.slice(0, -1).filter(({ name }) => !forced.has(name))).toEqual([]);
    }
  });
});
