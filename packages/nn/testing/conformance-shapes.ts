// Further shapes for rules that the other tables try on one: scalars, vectors, sizes of 1, broadcasting, up to four axes.
import { apply } from "../src/graph/apply.ts";
import * as t from "../src/index.ts";
import type { GradientCase } from "./finite-differences.ts";

type Shapes = readonly (readonly number[])[];
type Build = GradientCase["build"];
type Options = Pick<GradientCase, "dtype" | "range">;

const float32 = { dtype: "float32" } as const;
const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
const two = (op: (a: t.Tensor, b: t.Tensor) => t.Tensor) => (a?: t.Tensor, b?: t.Tensor) => op(a!, b!);
const int64 = (values: readonly number[], ...shape: number[]) =>
  t.constant({ data: BigInt64Array.from(values, BigInt), shape });

/** One operator on several lists of shapes. */
const each = (op: string, lists: readonly Shapes[], build: Build, options: Options = {}): readonly GradientCase[] =>
  lists.map((shapes) => ({ op, shapes, build, ...options }));

const broadcast: readonly Shapes[] = [
  [[], [3]],
  [
    [2, 1, 3],
    [1, 4, 1],
  ],
  [
    [1, 2, 1, 2],
    [3, 1, 2, 1],
  ],
];

const unary = (op: string, range?: readonly [number, number], dtype?: "float32"): readonly GradientCase[] =>
  each(op, [[[]], [[5]], [[1, 3, 1, 2]]], (x) => apply(op, [x]), { ...(range && { range }), ...(dtype && { dtype }) });

const onFloat32 = (op: string, lists: readonly Shapes[], build: Build) => each(op, lists, build, float32);

const three: readonly Shapes[] = [[[1]], [[2, 3, 2]], [[2, 1, 3, 2]]];
const positive = [0.3, 2] as const;
const small = [-0.9, 0.9] as const;

export const shapeCases: readonly GradientCase[] = [
  ...each("Add", [[[], []]], two(t.add)),
  ...each("Sub", broadcast, two(t.sub)),
  ...each("Div", broadcast, two(t.div), { range: positive }),
  ...each("Pow", broadcast, two(t.pow), { range: positive }),
  ...each("Min", broadcast, two(t.min)),
  ...each("Max", broadcast, two(t.max)),
  ...each("Mod", broadcast, (x, y) => apply("Mod", [x, y], { fmod: 1 }), { range: positive }),
  ...each(
    "Clip",
    three,
    one((x) => t.clip(x, -0.7, 1)),
  ),
  ...["Neg", "Abs", "Exp", "Sin", "Sigmoid", "Tanh", "Relu", "Identity"].flatMap((op) => unary(op)),
  ...["Sqrt", "Log", "Reciprocal"].flatMap((op) => unary(op, positive)),
  ...["Cos", "Erf", "Softplus", "Gelu", "Mish"].flatMap((op) => unary(op, [-2, 2], "float32")),
  ...["Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"].flatMap((op) => unary(op, small, "float32")),
  ...["LeakyRelu", "Elu", "HardSigmoid", "HardSwish"].flatMap((op) => unary(op, [-2, 2], "float32")),
  ...unary("Acosh", [1.2, 2], "float32"),
  ...each(
    "Where",
    broadcast,
    two((a, b) =>
      t.where(t.greater(t.constant([1, -1, 1, 1, -1, 1].slice(0, Number(b.shape.at(-1))), "float64"), 0), a, b),
    ),
  ),
  ...each(
    "Cast",
    three,
    one((x) => t.cast(t.mul(t.cast(x, "float64"), 2), "float32")),
    float32,
  ),
  ...each(
    "Reshape",
    [[[6]], [[1, 2, 3, 1]], [[3, 2, 2]]],
    one((x) => t.reshape(x, [-1, 2])),
  ),
  ...each(
    "Squeeze",
    [[[1]], [[1, 3]], [[1, 2, 3, 2]]],
    one((x) => t.squeeze(x, 0)),
  ),
  ...each(
    "Unsqueeze",
    [[[]], [[3]], [[2, 1, 2]]],
    one((x) => t.unsqueeze(x, 0, -1)),
  ),
  ...each(
    "Expand",
    [[[]], [[3]], [[1, 2, 1]]],
    one((x) => t.expand(x, [2, 2, 3])),
  ),
  ...each(
    "Transpose",
    [[[3]], [[2, 1, 3, 2]]],
    one((x) => t.transpose(x)),
  ),
  ...each(
    "Concat",
    [
      [[1], [3]],
      [
        [2, 2, 3],
        [1, 2, 3],
      ],
      [
        [1, 2, 1, 2],
        [2, 2, 1, 2],
      ],
    ],
    two((a, b) => t.concat([a, b, a], 0)),
  ),
  ...each(
    "Split",
    [[[4]], [[4, 1, 2]]],
    one((x) => t.mul(...(t.split(x, [2, 2], 0) as [t.Tensor, t.Tensor]))),
  ),
  ...each(
    "Slice",
    [[[4]], [[3, 1, 2]]],
    one((x) => t.slice(x, 1, -1, 0)),
  ),
  ...each(
    "Tile",
    [[[3]], [[1, 2]], [[2, 1, 2, 1]]],
    one((x) => apply("Tile", [x, int64([2, 1, 3, 2].slice(0, x.shape.length), x.shape.length)])),
  ),
  ...each(
    "Trilu",
    [[[3, 3]], [[2, 1, 3, 2]]],
    one((x) => apply("Trilu", [x, int64([-1])])),
  ),
  ...each(
    "Gather",
    [[[3]], [[4, 1, 2]]],
    one((x) => t.gather(x, int64([2, 0, 2], 3))),
  ),
  ...each(
    "GatherElements",
    [[[4]], [[4, 1]], [[3, 1, 2]]],
    one((x) => {
      const shape = [2, ...x.shape.slice(1).map(Number)];
      return t.gatherElements(
        x,
        int64(
          [2, 0, 2, 1].slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
          ...shape,
        ),
        0,
      );
    }),
  ),
  ...each(
    "ScatterElements",
    [
      [[4], [2]],
      [
        [3, 1],
        [2, 1],
      ],
      [
        [3, 1, 2],
        [2, 1, 2],
      ],
    ],
    two((x, u) => {
      const shape = u.shape.map(Number);
      return t.scatterElements(
        x,
        int64(
          [2, 0, 1, 2].slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
          ...shape,
        ),
        u,
      );
    }),
  ),
  ...each(
    "ScatterND",
    [
      [[4], [2]],
      [
        [3, 1, 2],
        [2, 1, 2],
      ],
    ],
    two((x, u) => t.scatterND(x, int64([2, 0], 2, 1), u)),
  ),
  ...each(
    "TopK",
    [[[5]], [[1, 4]], [[2, 1, 3, 2]]],
    one((x) => t.topK(x, 2, -1).values),
  ),
  ...[
    ["ReduceSum", t.reduceSum],
    ["ReduceMean", t.reduceMean],
    ["ReduceMax", t.reduceMax],
    ["ReduceMin", t.reduceMin],
    ["ReduceLogSumExp", t.reduceLogSumExp],
  ].flatMap(([op, reduce]) =>
    each(
      op as string,
      three,
      one((x) => (reduce as typeof t.reduceSum)(x, -1)),
    ),
  ),
  ...each(
    "ReduceProd",
    [[[4]], [[2, 1, 3, 2]]],
    one((x) => apply("ReduceProd", [x, int64([-1], 1)])),
  ),
  ...each(
    "Gemm",
    [
      [
        [1, 2],
        [2, 3],
        [1, 3],
      ],
    ],
    (a, b, c) => t.gemm(a!, b!, c!),
  ),
  ...each(
    "Softmax",
    [[[4]], [[2, 1, 3, 2]]],
    one((x) => t.softmax(x, 0)),
  ),
  ...each(
    "LogSoftmax",
    [[[4]], [[2, 3, 2]], [[2, 1, 3, 2]]],
    one((x) => t.logSoftmax(x, -1)),
  ),
  ...each(
    "CumSum",
    [[[4]], [[1, 3]], [[2, 1, 3, 2]]],
    one((x) => t.cumSum(x, -1)),
  ),
  ...each(
    "LayerNormalization",
    [
      [[4], [4], [4]],
      [[2, 1, 3], [3], [3]],
    ],
    (x, w, b) => t.layerNormalization(x!, w!, b!),
  ),
  ...onFloat32("GlobalAveragePool", [[[2, 3, 5]], [[1, 1, 3, 4]]], one(t.globalAveragePool)),
  ...onFloat32("GlobalMaxPool", [[[2, 3, 5]], [[1, 1, 3, 4]]], one(t.globalMaxPool)),
  ...onFloat32(
    "InstanceNormalization",
    [
      [[2, 2, 5], [2], [2]],
      [[1, 1, 3, 2], [1], [1]],
    ],
    (x, w, b) => t.instanceNormalization(x!, w!, b!),
  ),
  ...onFloat32(
    "GroupNormalization",
    [
      [[2, 4, 5], [4], [4]],
      [[1, 2, 3, 2], [2], [2]],
    ],
    (x, w, b) => t.groupNormalization(x!, 2, w!, b!),
  ),
  ...onFloat32(
    "SpaceToDepth",
    [[[1, 1, 2, 2]], [[1, 3, 2, 4]]],
    one((x) => t.spaceToDepth(x, 2)),
  ),
  ...onFloat32(
    "DepthToSpace",
    [[[1, 4, 1, 1]]],
    one((x) => t.depthToSpace(x, 2)),
  ),
];
