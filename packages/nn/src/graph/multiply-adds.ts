// How much work a node's products are.
import type { Shape } from "../shape.ts";
import type { Graph, Node } from "./node.ts";
import { treeEnsemble } from "./tree-ensemble.ts";

/** Multiply-adds of one node whose sizes are known; a tree counts the nodes that a row passes; operators that are no products count nothing. */
export function multiplyAddsOf(node: Node): number {
  const size = (shape: Shape | undefined): number => (shape ?? []).reduce<number>((all, dim) => all * Number(dim), 1);
  const [x, w] = node.inputs;
  const y = node.outputs[0];
  const output = size(y?.shape);
  const last = (shape: Shape | undefined): number => Number(shape?.[shape.length - 1] ?? 1);
  switch (node.op) {
    case "MatMul":
    case "FusedMatMul":
      return output * (node.attributes.transA === 1 ? Number(x?.shape.at(-2)) : last(x?.shape));
    case "Gemm":
      return output * Number(x?.shape[node.attributes.transA === 1 ? 0 : 1]);
    case "Conv":
    case "BlockedConv":
      // Each output element meets the weights of one output channel.
      return output * size(w?.shape.slice(1));
    case "ConvTranspose":
      return size(x?.shape) * size(w?.shape.slice(1));
    case "GRU":
    case "LSTM":
    case "RNN":
      // Both weights of all directions meet each step of each example.
      return size(x?.shape.slice(0, 2)) * (size(w?.shape) + size(node.inputs[2]?.shape));
    case "Scan": {
      const body = node.attributes.body as Graph;
      const scanned = Number(node.attributes.num_scan_inputs ?? 1);
      const steps = Number(node.inputs[node.inputs.length - scanned]?.shape[0] ?? 0);
      return steps * body.nodes.reduce((sum, own) => sum + multiplyAddsOf(own), 0);
    }
    case "TreeEnsembleRegressor":
      // Each row walks down every tree.
      return Number(x?.shape[0] ?? 1) * treeEnsemble(node.attributes).steps;
    default:
      return 0;
  }
}
