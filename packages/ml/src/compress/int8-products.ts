// Dynamic quantisation: products of activations with constant matrices are computed in 8-bit integers.
import {
  add,
  cast,
  constant,
  dynamicQuantizeLinear,
  type Graph,
  matMulInteger,
  mul,
  type Node,
  rewriteGraph,
} from "@lepta/nn";
import { quantizeChannels } from "./quantize-channels.ts";

/**
 * Replaces MatMul and plain Gemm by a constant float32 matrix of at least `minElements` elements: the activations are
 * quantised over their range in each run, the weights once with one scale an output column. Smaller, and faster where
 * the CPU has 8-bit dot products. The range is the batch's: a row's result depends a little on its batch.
 */
export function computeProductsInt8(graph: Graph, minElements: number): Graph {
  return rewriteGraph(graph, (node, inputs) => {
    const [x, weight, bias] = inputs;
    const data = weight?.node.data;
    if (x === undefined || x.dtype !== "float32" || !(data?.data instanceof Float32Array)) return undefined;
    if (data.shape.length !== 2 || data.data.length < minElements || !isPlainProduct(node)) return undefined;
    const [rows, columns] = data.shape as [number, number];
    const turned = node.op === "Gemm" && node.attributes.transB === 1;
    const shape = turned ? [columns, rows] : [rows, columns];
    const { quantized, scales } = quantizeChannels(turned ? transposed(data.data, rows, columns) : data.data, shape, 1);
    const { quantized: small, scale, zeroPoint } = dynamicQuantizeLinear(x);
    const product = matMulInteger(small, constant({ data: quantized, shape }), zeroPoint);
    const scaled = mul(cast(product, "float32"), mul(scale, constant({ data: scales, shape: [scales.length] })));
    return [bias === undefined ? scaled : add(scaled, bias)];
  });
}

function isPlainProduct({ op, attributes }: Node): boolean {
  if (op === "MatMul") return true;
  const { transA = 0, alpha = 1, beta = 1 } = attributes;
  return op === "Gemm" && transA === 0 && alpha === 1 && beta === 1;
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}
