// Gradient conformance of picking, activations and loops; joined to the table in conformance.ts.
import { apply } from "../src/graph/apply.ts";
import * as t from "../src/index.ts";
import type { GradientCase } from "./finite-differences.ts";

const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
const two = (op: (a: t.Tensor, b: t.Tensor) => t.Tensor) => (a?: t.Tensor, b?: t.Tensor) => op(a!, b!);
const int64 = (values: number[], ...shape: number[]) => t.constant({ data: BigInt64Array.from(values, BigInt), shape });
const s = [2, 3] as const;
const product = { transA: 0, transB: 0, alpha: 1 };

/** A function of one number, on a range where it has a slope. */
const unary = (op: string, range: readonly [number, number] = [-0.9, 0.9]): GradientCase => ({
  op,
  shapes: [s],
  build: one((x) => apply(op, [x])),
  dtype: "float32",
  range,
});

export const pickingCases: readonly GradientCase[] = [
  ...["Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"].map((op) => unary(op)),
  unary("Acosh", [1.2, 2]),
  { op: "LeakyRelu", shapes: [s], build: one((x) => t.leakyRelu(x, 0.2)), dtype: "float32" },
  { op: "Elu", shapes: [s], build: one((x) => t.elu(x, 1.5)), dtype: "float32" },
  { op: "HardSigmoid", shapes: [s], build: one((x) => apply("HardSigmoid", [x], { alpha: 0.4 })), dtype: "float32" },
  { op: "HardSwish", shapes: [[4, 4]], build: one(t.hardSwish), dtype: "float32", range: [-5, 5] },
  { op: "Mish", shapes: [s], build: one(t.mish), dtype: "float32" },
  { op: "Sigmoid", shapes: [s], build: one(t.silu) },
  { op: "ReduceLogSumExp", shapes: [[2, 3, 2]], build: one((x) => t.reduceLogSumExp(x, [0, 2])) },
  { op: "ReduceLogSumExp", shapes: [s], build: one((x) => t.reduceLogSumExp(x, 1, { keepDims: true })) },
  { op: "CumSum", shapes: [s], build: one((x) => t.cumSum(x, 0, { exclusive: true, reverse: true })) },
  {
    op: "FusedMatMul",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, alpha: 0.5 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transB: 1 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [2, 4, 3],
      [2, 5, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transA: 1, transB: 1 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [4, 3],
      [4, 5],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transA: 1 })),
    dtype: "float32",
  },
  { op: "TopK", shapes: [[3, 5]], build: one((x) => t.topK(x, 2, 1).values) },
  { op: "TopK", shapes: [[3, 5]], build: one((x) => t.topK(x, 2, 0).values) },
  {
    op: "GatherElements",
    shapes: [[3, 2]],
    build: one((x) => t.gatherElements(x, int64([1, 0, 1, 1, 0, 0], 3, 2), 1)),
  },
  { op: "GatherND", shapes: [[3, 2, 2]], build: one((x) => t.gatherND(x, int64([0, 1, 2, 0, 0, 1], 3, 2))) },
  { op: "GatherND", shapes: [[3, 2]], build: one((x) => t.gatherND(x, int64([2, 2, 0], 3, 1))) },
  {
    op: "GatherND",
    shapes: [[2, 3, 2]],
    build: one((x) => apply("GatherND", [x, int64([2, 2, 0, -1], 2, 2, 1)], { batch_dims: 1 })),
  },
  {
    op: "GatherND",
    shapes: [[2, 2, 3]],
    build: one((x) => apply("GatherND", [x, int64([2, 0, 1, 1], 2, 2, 1)], { batch_dims: 2 })),
  },
  { op: "Mod", shapes: [s, [3]], build: two((x, y) => apply("Mod", [x, y], { fmod: 1 })), range: [0.3, 2] },
  { op: "ReduceProd", shapes: [[2, 3, 2]], build: one((x) => apply("ReduceProd", [x, int64([0, 2], 2)])) },
  {
    op: "ReduceProd",
    shapes: [[3, 2]],
    build: one((x) => {
      const zeros = t.constant({ data: Float64Array.of(0, 1, 1, 0, 1, 0), shape: [3, 2] });
      return apply("ReduceProd", [t.mul(x, zeros), int64([0], 1)], { keepdims: 0 });
    }),
  },
  { op: "Tile", shapes: [s], build: one((x) => apply("Tile", [x, int64([3, 2], 2)])) },
  { op: "Trilu", shapes: [[2, 3, 4]], build: one((x) => apply("Trilu", [x, int64([1])])) },
  { op: "Trilu", shapes: [s], build: one((x) => apply("Trilu", [x], { upper: 0 })) },
  {
    op: "ScatterElements",
    shapes: [[3, 3], s],
    build: two((x, u) => t.scatterElements(x, int64([2, 0, 1, 0, 1, 2], 2, 3), u)),
  },
  {
    op: "ScatterElements",
    shapes: [[3, 3], s],
    build: two((x, u) => t.scatterElements(x, int64([2, 0, 0, 1, 1, 1], 2, 3), u, 1, { reduction: "add" })),
  },
  { op: "ScatterND", shapes: [[4, 3], s], build: two((x, u) => t.scatterND(x, int64([3, 1], 2, 1), u)) },
  {
    op: "ScatterND",
    shapes: [[4, 3], s],
    build: two((x, u) => t.scatterND(x, int64([3, 3], 2, 1), u, { reduction: "add" })),
  },
  // A cell whose weight comes from outside, with both kinds of results.
  ...[false, true].map(
    (reverse): GradientCase => ({
      op: "Scan",
      shapes: [
        [2, 3],
        [4, 2, 3],
        [3, 3],
      ],
      build: (initial, xs, weight) => {
        const found = t.scan(
          [initial!],
          [xs!],
          ([h], [x]) => {
            const next = t.tanh(t.add(t.matMul(h!, weight!), x!));
            return { states: [next], outputs: [t.mul(next, x!)] };
          },
          { reverse },
        );
        return t.concat([t.unsqueeze(found.states[0]!, 0), found.outputs[0]!, found.history[0]!], 0);
      },
    }),
  ),
  // Nothing stacks the states: the rule runs the loop again.
  {
    op: "Scan",
    shapes: [[2], [3, 2]],
    build: two((initial, xs) => {
      const [h, x] = [t.input("h", "float64", [2]), t.input("x", "float64", [2])];
      const body = t.buildGraph({ next: t.mul(t.sigmoid(h), x) }, { inputs: [h, x] });
      return apply("Scan", [initial, xs], { body, num_scan_inputs: 1 });
    }),
  },
  // A loop inside a loop, and one without states.
  {
    op: "Scan",
    shapes: [[2], [3, 2, 2]],
    build: two((initial, xs) => {
      const inner = (h: t.Tensor, x: t.Tensor) =>
        t.scan([h], [x], ([state], [y]) => ({ states: [t.tanh(t.add(state!, t.mul(y!, h)))] })).states[0]!;
      return t.scan([initial], [xs], ([h], [x]) => ({ states: [inner(h!, x!)] })).history[0]!;
    }),
  },
  {
    op: "Scan",
    shapes: [[3, 2]],
    build: one((xs) => t.scan([], [xs], (_, [x]) => ({ states: [], outputs: [t.exp(x!)] })).outputs[0]!),
  },
];
