// What a run of a graph costs at most: the sizes of its values, and its work.
import type { DType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { topological } from "./build.ts";
import { instantiate } from "./instantiate.ts";
import { multiplyAddsOf } from "./multiply-adds.ts";
import type { Graph, Node, Tensor } from "./node.ts";
import { inputNode, outputOf } from "./node.ts";

export interface GraphCost {
  /** Bytes of the largest value. Texts count 32 bytes for each text that they are joined of. */
  readonly largestBytes: number;
  /** Bytes of all values together, of a loop's body once for each of its steps: more than lie in memory at a time. */
  readonly totalBytes: number;
  /** Multiply-adds of products, convolutions and windows, and an operation for each element that is read or made. */
  readonly operations: number;
}

const elementBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
  string: 32,
};

/**
 * The cost of one run where every size that is a name in the graph's inputs is `size`. Operators of the catalogue end
 * after a number of steps that follows from sizes alone, so this bounds a run whatever is fed. Throws `graph-invalid`
 * where a size does not follow from those of the inputs.
 */
export function graphCost(graph: Graph, size: number): GraphCost {
  const inputs = new Map<Node, readonly Tensor[]>();
  for (const { node, dtype, shape } of graph.inputs) {
    const sizes = shape.map((dim) => (typeof dim === "number" ? dim : size));
    inputs.set(node, [inputNode(node.name ?? "input", dtype, sizes)]);
  }
  // What stands in the place of operators whose sizes are bounded, but not known.
  const bounded: GraphCost[] = [];
  const outputs = instantiate(graph, (node, given) => inputs.get(node) ?? pieces(node, given, bounded));
  const lengths = new Map<Node, number>();
  const costs = topological(outputs).map((node) => nodeCost(node, textLength(node, lengths)));
  return sum([...bounded, ...costs]);
}

const sum = (costs: readonly GraphCost[]): GraphCost => ({
  largestBytes: costs.reduce((most, { largestBytes }) => Math.max(most, largestBytes), 0),
  totalBytes: costs.reduce((all, { totalBytes }) => all + totalBytes, 0),
  operations: costs.reduce((all, { operations }) => all + operations, 0),
});

/** The pieces of a text: at most one more than it is split. */
function pieces(
  { op, attributes: { maxsplit } }: Node,
  [text]: readonly (Tensor | undefined)[],
  bounded: GraphCost[],
): readonly Tensor[] | undefined {
  if (op !== "StringSplit" || typeof maxsplit !== "number" || text === undefined) return undefined;
  const parts = inputNode("pieces", "string", [...text.shape, maxsplit + 1]);
  const elements = elementsOf(parts);
  const bytes = elementBytes.string * elements;
  bounded.push({ largestBytes: bytes, totalBytes: bytes, operations: elements });
  return [parts, inputNode("count", "int64", text.shape)];
}

/** How many texts that were fed, or stand in the graph, a node's texts are joined of. */
function textLength(node: Node, lengths: Map<Node, number>): number {
  const parts = node.inputs.map((tensor) => (tensor === undefined ? 0 : (lengths.get(tensor.node) ?? 1)));
  const length = node.op === "StringConcat" ? parts.reduce((all, own) => all + own, 0) : Math.max(1, ...parts);
  lengths.set(node, length);
  return length;
}

function nodeCost(node: Node, length = 1): GraphCost {
  const made = node.outputs.map((_, i) => elementsOf(outputOf(node, i)));
  const bytes = node.outputs.map(
    ({ dtype }, i) => elementBytes[dtype] * (made[i] as number) * (dtype === "string" ? length : 1),
  );
  const read = node.inputs.reduce((all, tensor) => all + (tensor === undefined ? 0 : elementsOf(tensor)), 0);
  const own = {
    largestBytes: Math.max(0, ...bytes),
    totalBytes: bytes.reduce((all, one) => all + one, 0),
    operations: read + made.reduce((all, one) => all + one, 0) * windowOf(node) + productsOf(node),
  };
  const { body } = node.attributes;
  if (typeof body !== "object" || !("nodes" in body)) return own;
  const scanned = Number(node.attributes.num_scan_inputs ?? 1);
  const steps = Number(node.inputs[node.inputs.length - scanned]?.shape[0] ?? 0);
  const inside = sum(body.nodes.map((inner) => nodeCost(inner)));
  return sum([own, { ...inside, totalBytes: steps * inside.totalBytes, operations: steps * inside.operations }]);
}

/** Elements under the window of a pooling. */
function windowOf({ attributes: { kernel_shape: kernel } }: Node): number {
  return Array.isArray(kernel) ? (kernel as readonly number[]).reduce((all, size) => all * Number(size), 1) : 1;
}

/** Multiply-adds; loops' bodies are counted by their nodes. */
function productsOf(node: Node): number {
  if (node.op === "Scan") return 0;
  if (node.op !== "MatMulInteger") return multiplyAddsOf(node);
  return elementsOf(outputOf(node)) * Number(node.inputs[0]?.shape.at(-1) ?? 1);
}

function elementsOf({ shape, node }: Tensor): number {
  const elements = shape.reduce<number>((all, dim) => all * Number(dim), 1);
  if (!Number.isNaN(elements)) return elements;
  throw new NnError(
    "graph-invalid",
    `${node.op}: the size ${shape.find((dim) => Number.isNaN(Number(dim)))} of its result does not follow from the inputs' sizes.`,
    "Use operators whose results have sizes that are known from the inputs'.",
  );
}
