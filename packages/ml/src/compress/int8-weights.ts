// Weight-only compression: matrices are stored as int8 and turned back into float32 in each run.
import { constant, dequantizeLinear, type Graph, type Node, rewriteGraph, type Tensor } from "@lepta/nn";
import { quantizeChannels } from "./quantize-channels.ts";

/**
 * Stores each constant float32 tensor with two or more dimensions and at least `minElements` elements that a product
 * or Gather reads as int8 with one scale an output column (of a table: a row). A quarter of the size, at the price
 * of turning them back in each run; the arithmetic stays float32, so a row's result does not depend on its batch. The graph itself when nothing is large enough.
 */
export function storeWeightsInt8(graph: Graph, minElements: number): Graph {
  const stored = new Map<Node, Tensor>();
  return rewriteGraph(graph, (node, inputs) => {
    const place = weightPlace(node);
    const weight = place === undefined ? undefined : inputs[place.input];
    const data = weight?.node.data;
    if (place === undefined || weight === undefined || !(data?.data instanceof Float32Array)) return undefined;
    if (data.shape.length < 2 || data.data.length < minElements) return undefined;
    const axis = place.axis < 0 ? data.shape.length + place.axis : place.axis;
    const small = stored.get(weight.node) ?? int8Constant(data.data, data.shape, axis);
    stored.set(weight.node, small);
    return rebuild(
      node,
      inputs.map((tensor, i) => (i === place.input ? small : tensor)),
    );
  });
}

/** Which input of a node is its weight, and along which axis its channels lie. */
function weightPlace(node: Node): { input: number; axis: number } | undefined {
  if (node.op === "Gather" && (node.attributes.axis ?? 0) === 0) return { input: 0, axis: 0 };
  if (node.op === "MatMul") return { input: 1, axis: -1 };
  if (node.op === "Gemm" || node.op === "FusedMatMul")
    return { input: 1, axis: node.attributes.transB === 1 ? -2 : -1 };
  return undefined;
}

function int8Constant(data: Float32Array, shape: readonly number[], axis: number): Tensor {
  const { quantized, scales } = quantizeChannels(data, shape, axis);
  const scale = constant({ data: scales, shape: [scales.length] });
  return dequantizeLinear(constant({ data: quantized, shape }), scale, { axis });
}

/** The node on other inputs of the same types, so that its own types stay. */
function rebuild(node: Node, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const moved: Node = Object.freeze({ ...node, inputs: Object.freeze(inputs) });
  return node.outputs.map((type, index) => Object.freeze({ node: moved, index, ...type }));
}
