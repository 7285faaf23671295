// Shape and element type rules, with symbolic sizes, against what ONNX Runtime itself computes and refuses.
import { describe, expect, test } from "vitest";
import { gradientCases } from "../../testing/conformance/cases.ts";
import {
  add,
  argMax,
  buildGraph,
  concat,
  constant,
  createSession,
  expand,
  gather,
  gemm,
  input,
  labelEncoder,
  matMul,
  NnError,
  oneHot,
  reduceSum,
  reshape,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
  where,
} from "../index.ts";

const x = input("x", "float32", ["N", 4]);
const row = input("row", "float32", [4]);
const ids = input("ids", "int64", ["N"]);

describe("symbolic sizes", () => {
  test.each([
    ["broadcast", add(x, row), ["N", 4]],
    ["product", matMul(x, transpose(x)), ["N", "N"]],
    ["reshape", reshape(x, [-1, 2]), ["2*N", 2]],
    ["reshape to a symbolic size", reshape(x, ["N", 2, 2]), ["N", 2, 2]],
    ["flatten", reshape(x, [-1]), ["4*N"]],
    ["concat", concat([x, x], 0), ["N+N", 4]],
    ["gather", gather(row, ids), ["N"]],
    ["one-hot", oneHot(ids, 3), ["N", 3]],
    ["whole slice", slice(x, 0, Number.POSITIVE_INFINITY, 0), ["N", 4]],
    ["column slice", slice(x, -2, Number.POSITIVE_INFINITY, 1), ["N", 2]],
    ["sum", reduceSum(x, 0, { keepDims: true }), [1, 4]],
    ["unsqueeze", unsqueeze(x, 0, 3), [1, "N", 4, 1]],
    ["expand", expand(row, ["N", 4], x), ["N", 4]],
    ["argMax", argMax(x), ["N"]],
  ])("%s", (_, tensor, shape) => {
    expect(tensor.shape).toEqual(shape);
  });
});

describe("a wrong use is refused where it stands", () => {
  test.each<[string, string, () => unknown]>([
    ["sizes that do not broadcast", "shape-mismatch", () => add(x, input("z", "float32", [3]))],
    ["names that differ", "shape-mismatch", () => add(x, input("z", "float32", ["M", 4]))],
    ["element types that differ", "dtype-mismatch", () => add(x, ids)],
    ["inner sizes that differ", "shape-mismatch", () => matMul(x, input("z", "float32", [3, 2]))],
    ["a product of three axes in gemm", "shape-mismatch", () => gemm(unsqueeze(x, 0), row)],
    ["an axis that does not exist", "attribute-invalid", () => reduceSum(x, 2)],
    ["two free sizes", "attribute-invalid", () => reshape(x, [-1, -1])],
    ["another number of elements", "shape-mismatch", () => reshape(row, [3])],
    ["a size that does not divide", "shape-mismatch", () => reshape(row, [-1, 3])],
    ["a squeezed size that is not 1", "shape-mismatch", () => squeeze(row, 0)],
    ["parts that do not sum up", "shape-mismatch", () => split(row, [1, 2], 0)],
    ["parts that do not fit", "shape-mismatch", () => concat([x, row], 0)],
    ["an axis listed twice", "attribute-invalid", () => transpose(x, [0, 0])],
    ["a condition that is not bool", "dtype-mismatch", () => where(x, x, 0)],
    ["float indices", "dtype-mismatch", () => gather(row, x)],
    [
      "a dictionary for another type",
      "dtype-mismatch",
      () => labelEncoder(ids, { keys: ["a"], values: [1n], default: 0n }),
    ],
    [
      "a dictionary with unequal lists",
      "attribute-invalid",
      () => labelEncoder(ids, { keys: [1n], values: [], default: 0n }),
    ],
    [
      "data that do not fill the shape",
      "tensor-data-invalid",
      () => constant({ data: new Float32Array(3), shape: [2] }),
    ],
    ["a fractional size", "tensor-data-invalid", () => constant({ data: new Float32Array(1), shape: [1.5] })],
  ])("%s", (_, code, action) => {
    let caught: unknown;
    try {
      action();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NnError);
    expect((caught as NnError).code).toBe(code);
  });
});

test("inferred types are those of ONNX Runtime for every line of the conformance table", async () => {
  const outputs = gradientCases.map(({ shapes, build, dtype }, i) =>
    build(...shapes.map((shape, k) => input(`x${i}_${k}`, dtype ?? "float64", shape))),
  );
  const session = await createSession(buildGraph(Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]))), {
    optimization: "none",
  });
  const feeds = Object.fromEntries(
    session.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape.map(Number);
      const count = sizes.reduce((a, b) => a * b, 1);
      return [name, { data: dtype === "float64" ? new Float64Array(count) : new Float32Array(count), shape: sizes }];
    }),
  );
  const results = await session.run(feeds);
  await session.close();
  expect(outputs.map((_, i) => results[`y${i}`]?.shape)).toEqual(outputs.map(({ shape }) => shape));
});
