// Loops without the states that never change: their bodies read these from the graph around by name.
import type { Graph, Node, Tensor } from "../graph/node.ts";

/** A loop as it is written: what is left of its inputs, outputs and body, and the body's inputs that stand outside. */
export interface OpenLoop {
  readonly inputs: readonly (Tensor | undefined)[];
  /** Positions of the outputs that are left. */
  readonly outputs: readonly number[];
  readonly body: Graph;
  readonly outside: ReadonlyMap<Node, Tensor>;
}

/** Whether each output of each node is read in `graph` or leaves it. */
export function readsOf(graph: Graph): ReadonlyMap<Node, ReadonlySet<number>> {
  const reads = new Map<Node, Set<number>>();
  const read = ({ node, index }: Tensor): void => void reads.set(node, (reads.get(node) ?? new Set()).add(index));
  for (const node of graph.nodes) for (const tensor of node.inputs) if (tensor !== undefined) read(tensor);
  for (const { tensor } of graph.outputs) read(tensor);
  return reads;
}

/** The Scan `node` without the states that its body passes on and nobody reads afterwards. */
export function openLoop(node: Node, read: ReadonlySet<number>): OpenLoop {
  const body = node.attributes.body as Graph;
  const states = node.inputs.length - (node.attributes.num_scan_inputs as number);
  const passed = new Set<number>();
  for (let i = 0; i < states; i++) {
    const from = body.outputs[i]?.tensor.node;
    const isPassed = from?.op === "Identity" && from.inputs[0]?.node === body.inputs[i]?.node;
    if (isPassed && !read.has(i) && node.inputs[i] !== undefined) passed.add(i);
  }
  const left = <T>(list: readonly T[]): readonly T[] => list.filter((_, i) => !passed.has(i));
  const dropped = new Set([...passed].map((i) => body.outputs[i]?.tensor.node));
  return {
    inputs: left(node.inputs),
    outputs: left([...node.outputs.keys()]),
    body: {
      ...body,
      inputs: left(body.inputs),
      outputs: left(body.outputs),
      nodes: body.nodes.filter((own) => !dropped.has(own)),
    },
    outside: new Map([...passed].map((i) => [(body.inputs[i] as Tensor).node, node.inputs[i] as Tensor])),
  };
}
