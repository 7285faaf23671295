// Reductions in the forms of all operator sets: axes as an attribute, as an input, and none.
import { describe, expect, test } from "vitest";
import type { Case, Value } from "../../../testing/onnx-files.ts";
import { differenceAfterReading, int64, node } from "../../../testing/onnx-files.ts";

const one = (op: string, attributes: Readonly<Record<string, Value>> = {}): Case => ({
  nodes: [node(op, ["x"], ["y"], attributes)],
});

const cases: Readonly<Record<string, Case>> = {
  "ReduceMean with axes as an attribute": one("ReduceMean", { axes: [1], keepdims: 0 }),
  "ReduceMax of all axes": one("ReduceMax", { keepdims: 0 }),
  "ReduceMin with a negative axis": one("ReduceMin", { axes: [-1] }),
  ReduceLogSumExp: one("ReduceLogSumExp", { axes: [2], keepdims: 1 }),
  ReduceL1: one("ReduceL1", { axes: [1, 2], keepdims: 0 }),
  ReduceL2: one("ReduceL2", { axes: [1] }),
  ReduceSumSquare: one("ReduceSumSquare", { axes: [2] }),
  "ReduceL2 with axes as an input": {
    nodes: [node("ReduceL2", ["x", "axes"], ["y"])],
    initializers: [int64("axes", 1)],
    version: 18,
  },
  // Constants of no elements: all axes, or with noop_with_empty_axes none.
  ...Object.fromEntries(
    ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"].flatMap((kind) =>
      [0, 1].flatMap((noop) =>
        [0, 1].map((keepdims) => [
          `Reduce${kind} of axes without elements, noop ${noop}, keepdims ${keepdims}`,
          {
            nodes: [
              node("Exp", ["x"], ["p"]),
              node(`Reduce${kind}`, ["p", "axes"], ["y"], { noop_with_empty_axes: noop, keepdims }),
            ],
            initializers: [int64("axes")],
            version: 18,
          },
        ]),
      ),
    ),
  ),
  "ReduceMean of axes without elements as an attribute": one("ReduceMean", { axes: [], keepdims: 0 }),
  "ReduceLogSum with axes as an attribute": {
    nodes: [node("Abs", ["x"], ["p"]), node("ReduceLogSum", ["p"], ["y"], { axes: [-1], keepdims: 0 })],
  },
};

describe("a reduction of another form", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    expect(await differenceAfterReading(given)).toBeLessThan(1e-6);
  });
});
