// Operators apart from those on images give PyTorch's results and gradients (tests/reference/tensor_ops.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { distancesToPyTorch, type PyTorchCase } from "../../testing/pytorch-cases.ts";
import { apply } from "../graph/apply.ts";
import * as t from "../index.ts";

const { cases } = JSON.parse(readFileSync(new URL("./fixtures/tensor-ops.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, PyTorchCase>>;
};

type Build = (...inputs: readonly t.Tensor[]) => t.Tensor;
const one =
  (op: (x: t.Tensor) => t.Tensor): Build =>
  (x) =>
    op(x as t.Tensor);
const two =
  (op: (a: t.Tensor, b: t.Tensor) => t.Tensor): Build =>
  (a, b) =>
    op(a as t.Tensor, b as t.Tensor);
const three =
  (op: (a: t.Tensor, b: t.Tensor, c: t.Tensor) => t.Tensor): Build =>
  (a, b, c) =>
    op(a as t.Tensor, b as t.Tensor, c as t.Tensor);
const ids = (values: readonly number[], ...shape: number[]) =>
  t.constant({ data: BigInt64Array.from(values, BigInt), shape });
const named =
  (op: string, attributes = {}): Build =>
  (...inputs) =>
    apply(op, inputs, attributes);

/** One form for each of several lists of shapes, numbered as in the fixture. */
const numbered = (count: number, name: string, build: (k: number) => Build): Readonly<Record<string, Build>> =>
  Object.fromEntries(Array.from({ length: count }, (_, k) => [`${name} ${k}`, build(k)]));
const onPairs = (name: string, op: (a: t.Tensor, b: t.Tensor) => t.Tensor) => numbered(3, name, () => two(op));
const axes = [[0, 2], [1], [2]] as const;
const overAxes = (name: string, op: (x: t.Tensor, axes: readonly number[]) => t.Tensor) =>
  numbered(3, name, (k) => one((x) => op(x, axes[k] as readonly number[])));
const onAxis = (name: string, op: (x: t.Tensor, axis: number) => t.Tensor) =>
  overAxes(name, (x, [axis]) => op(x, axis as number));
const scanned = (step: (h: t.Tensor, x: t.Tensor) => t.Tensor, h: t.Tensor, xs: t.Tensor): t.Tensor =>
  t.scan([h], [xs], ([state], [x]) => ({ states: [step(state as t.Tensor, x as t.Tensor)] })).history[0] as t.Tensor;

const builds: Readonly<Record<string, Build>> = {
  ...onPairs("add", t.add),
  ...onPairs("sub", t.sub),
  ...onPairs("mul", t.mul),
  ...onPairs("div", t.div),
  ...onPairs("pow", t.pow),
  ...onPairs("min", t.min),
  ...onPairs("max", t.max),
  ...onPairs("mod", (a, b) => apply("Mod", [a, b], { fmod: 1 })),
  ...onPairs("where greater", (a, b) => t.where(t.greater(a, b), t.mul(a, b), t.sub(a, b))),
  ...onPairs("where less or equal", (a, b) => t.where(t.lessOrEqual(a, b), a, t.mul(b, b))),
  neg: one(t.neg),
  abs: one(t.abs),
  exp: one(t.exp),
  sin: one(t.sin),
  cos: one(t.cos),
  sinh: named("Sinh"),
  cosh: named("Cosh"),
  asinh: named("Asinh"),
  atan: named("Atan"),
  erf: one(t.erf),
  sigmoid: named("Sigmoid"),
  tanh: named("Tanh"),
  relu: named("Relu"),
  softplus: named("Softplus"),
  gelu: named("Gelu"),
  silu: one((x) => t.mul(x, apply("Sigmoid", [x]))),
  mish: named("Mish"),
  leakyRelu: named("LeakyRelu", { alpha: 0.2 }),
  elu: named("Elu", { alpha: 1.5 }),
  hardSigmoid: named("HardSigmoid", { alpha: 1 / 6 }),
  hardSwish: named("HardSwish"),
  square: one((x) => t.pow(x, 2)),
  cube: one((x) => t.pow(x, 3)),
  clip: one((x) => t.clip(x, -1, 0.5)),
  sqrt: one(t.sqrt),
  log: one(t.log),
  reciprocal: named("Reciprocal"),
  tan: named("Tan"),
  asin: named("Asin"),
  acos: named("Acos"),
  atanh: named("Atanh"),
  acosh: named("Acosh"),
  ...overAxes("reduceSum", t.reduceSum),
  ...overAxes("reduceMean", (x, over) => t.reduceMean(x, over, { keepDims: true })),
  ...overAxes("reduceMax", t.reduceMax),
  ...overAxes("reduceMin", t.reduceMin),
  ...overAxes("reduceLogSumExp", t.reduceLogSumExp),
  ...overAxes("reduceProd", (x, over) => apply("ReduceProd", [x, ids(over.slice(-1), 1)], { keepdims: 0 })),
  ...onAxis("softmax", (x, axis) => apply("Softmax", [x], { axis })),
  ...onAxis("logSoftmax", (x, axis) => apply("LogSoftmax", [x], { axis })),
  ...onAxis("cumSum", t.cumSum),
  ...onAxis("cumSum reversed", (x, axis) => t.cumSum(x, axis, { reverse: true })),
  ...numbered(5, "matMul", () => two(t.matMul)),
  gemm: three((a, b, c) => t.gemm(a, b, c, { alpha: 0.5, beta: 2 })),
  "gemm first transposed": two((a, b) => t.gemm(a, b, undefined, { transA: true })),
  "gemm second transposed": three((a, b, c) => t.gemm(a, b, c, { transB: true })),
  "gemm both transposed": two((a, b) => t.gemm(a, b, undefined, { transA: true, transB: true })),
  "einsum product": (...inputs) => t.einsum("bqd,bkd->bqk", ...inputs),
  "einsum diagonal sum": (...inputs) => t.einsum("ij,ji->i", ...inputs),
  "einsum outer": (...inputs) => t.einsum("i,j->ji", ...inputs),
  reshape: one((x) => t.reshape(x, [3, -1])),
  squeeze: one((x) => t.squeeze(x, 1)),
  unsqueeze: one((x) => t.unsqueeze(x, 0, 2)),
  expand: one((x) => t.expand(x, [3, 2, 4])),
  transpose: one((x) => t.transpose(x, [2, 0, 1])),
  slice: one((x) => t.slice(x, 1, -1, 1)),
  "slice by twos": one((x) => t.slice(x, 0, Number.POSITIVE_INFINITY, 0, 2)),
  concat: two((a, b) => t.concat([a, b, a], 1)),
  split: one((x) => t.split(x, [2, 3], 1)[1] as t.Tensor),
  "split product": one((x) => t.mul(...(t.split(x, [2, 2], 0) as [t.Tensor, t.Tensor]))),
  tile: one((x) => apply("Tile", [x, ids([3, 2], 2)])),
  trilu: one((x) => apply("Trilu", [x, ids([1])])),
  pad: one((x) => t.pad(x, { 0: [0, 1], 1: [1, 2] }, { value: 0.5 })),
  gather: one((x) => t.gather(x, ids([2, 0, 2, 1], 2, 2))),
  "gather second axis": one((x) => t.gather(x, [2, 0, 2], 1)),
  gatherElements: one((x) => t.gatherElements(x, ids([1, 0, 1, 1, 0, 0], 3, 2), 1)),
  gatherND: one((x) => t.gatherND(x, ids([0, 1, 2, 0, 0, 1], 3, 2))),
  scatterElements: two((x, u) => t.scatterElements(x, ids([2, 0, 1, 0, 1, 2], 2, 3), u)),
  "scatterElements added": two((x, u) =>
    t.scatterElements(x, ids([2, 0, 0, 1, 1, 1], 2, 3), u, 1, { reduction: "add" }),
  ),
  scatterND: two((x, u) => t.scatterND(x, ids([3, 1], 2, 1), u)),
  "scatterND added": two((x, u) => t.scatterND(x, ids([3, 3], 2, 1), u, { reduction: "add" })),
  topK: one((x) => t.topK(x, 2, 1).values),
  "topK first axis": one((x) => t.topK(x, 2, 0).values),
  layerNormalization: three((x, w, b) => t.layerNormalization(x, w, b)),
  "layerNormalization two axes": two((x, w) => t.layerNormalization(x, w, undefined, { axis: 1 })),
  rmsNormalization: two((x, w) => t.rmsNormalization(x, w, 1e-6)),
  groupNormalization: three((x, w, b) => t.groupNormalization(x, 2, w, b)),
  instanceNormalization: three((x, w, b) => t.instanceNormalization(x, w, b)),
  batchNormalization: three((x, w, b) => t.batchNormalizationTraining(x, w, b).y),
  "resize 1-D": one((x) => t.resize(x, { sizes: [7], mode: "linear" })),
  "resize doubled": one((x) => t.resize(x, { scales: [2, 2] })),
  spaceToDepth: one((x) => t.spaceToDepth(x, 2)),
  "scan elman": three((h, xs, w) => scanned((state, x) => apply("Tanh", [t.add(t.matMul(state, w), x)]), h, xs)),
  "scan decay": two((h, xs) => scanned((state, x) => t.add(t.mul(apply("Sigmoid", [x]), state), x), h, xs)),
};

test("every case of the fixture is built", () => {
  expect(Object.keys(builds).sort()).toEqual(Object.keys(cases).sort());
});

test.each(Object.entries(cases))("%s equals PyTorch's", async (name, expected) => {
  const distances = await distancesToPyTorch(expected, builds[name] as Build);
  for (const distance of distances) expect(distance).toBeLessThan(1e-5);
});
