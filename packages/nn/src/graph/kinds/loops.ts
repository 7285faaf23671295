import { NnError } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Graph, ValueType } from "../node.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, required } from "../spec.ts";
import { spec } from "./spec.ts";

export const loopOps: Readonly<Record<string, OpSpec>> = {
  Scan: spec(
    [1, 1024],
    (a) => {
      const body = a.attributes.body;
      if (typeof body !== "object" || !("nodes" in body)) {
        throw new NnError("attribute-invalid", "Scan: it has no body.", "Give it a graph as body.");
      }
      return scanTypes(a, body);
    },
    {
      body: "graph",
      num_scan_inputs: "int",
      scan_input_directions: "ints",
      scan_output_directions: "ints",
    },
  ),
};

/** Loop state keeps its type; each further output of the body is stacked along a new first axis. */
function scanTypes(a: Application, body: Graph): readonly ValueType[] {
  const scanned = intAttribute(a.attributes, "num_scan_inputs", 1);
  const carried = a.inputs.length - scanned;
  const length = required(a, carried).shape[0] ?? 0;
  a.inputs.forEach((_, i) => {
    const outer = required(a, i);
    const inner = body.inputs[i];
    const shape = i < carried ? outer.shape : outer.shape.slice(1);
    if (inner === undefined || inner.dtype !== outer.dtype || !sameShape(inner.shape, shape)) {
      throw new NnError(
        "shape-mismatch",
        `Scan: input ${i} is ${outer.dtype} ${formatShape(outer.shape)}, which the body's input does not fit.`,
        "Give loop state as the body takes it, and scanned inputs with one axis in front.",
      );
    }
  });
  return body.outputs.map(({ tensor: { dtype, shape } }, i) => ({
    dtype,
    shape: i < carried ? shape : [length, ...shape],
  }));
}
