// Builds a graph's nodes anew on other tensors: with its inputs or constants replaced, or up to some node only.
import { NnError } from "../errors.ts";
import { applyAll } from "./apply.ts";
import { buildGraph, topological } from "./build.ts";
import type { Attributes, Graph, Node, Tensor } from "./node.ts";
import { inputNode } from "./node.ts";

/** What a leaf or a node's outputs become; undefined keeps a leaf as it is, and applies a node to what its inputs became. */
export type Substitute = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[] | undefined;

/**
 * The wanted tensors of `graph`, by default its outputs, built anew. Types and shapes are inferred anew, so an input
 * may be replaced by one of another batch size.
 */
export function instantiate(
  graph: Graph,
  substitute: Substitute,
  wanted: readonly Tensor[] = graph.outputs.map(({ tensor }) => tensor),
): readonly Tensor[] {
  const made = new Map<Node, readonly Tensor[]>();
  const now = (tensor: Tensor | undefined): Tensor | undefined => {
    if (tensor === undefined) return undefined;
    const outputs = made.get(tensor.node);
    return outputs === undefined ? tensor : (outputs[tensor.index] as Tensor);
  };
  for (const node of topological(wanted)) {
    const inputs = node.inputs.map(now);
    const replaced = substitute(node, inputs);
    if (replaced !== undefined) made.set(node, replaced);
    else if (node.op !== "Input" && node.op !== "Constant" && inputs.some((tensor, i) => tensor !== node.inputs[i]))
      made.set(node, rebuilt(node, inputs));
  }
  return wanted.map((tensor) => now(tensor) as Tensor);
}

function rebuilt(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  try {
    const attributes = node.op === "Scan" ? withBodyFor(node, inputs) : node.attributes;
    return applyAll(node.op, inputs, attributes, node.outputs.length, node.name);
  } catch (cause) {
    if (!(cause instanceof NnError)) throw cause;
    const name = node.name === undefined ? "" : ` ${JSON.stringify(node.name)}`;
    throw new NnError(cause.code, `In the node${name}: ${cause.message}`, cause.fix, cause);
  }
}

/** A loop's attributes with its body built anew for the sizes of `inputs`: a body's inputs have the types of one batch. */
function withBodyFor({ attributes }: Node, inputs: readonly (Tensor | undefined)[]): Attributes {
  const body = attributes.body as Graph;
  const carried = inputs.length - ((attributes.num_scan_inputs as number | undefined) ?? 1);
  const taken = new Map<Node, readonly Tensor[]>();
  const own = body.inputs.map((inner, i) => {
    const outer = inputs[i];
    if (outer === undefined) return inner;
    const made = inputNode(inner.node.name ?? `scan.input${i}`, outer.dtype, outer.shape.slice(i < carried ? 0 : 1));
    taken.set(inner.node, [made]);
    return made;
  });
  const outputs = instantiate(body, (node) => taken.get(node));
  const named = Object.fromEntries(body.outputs.map(({ name }, i) => [name, outputs[i] as Tensor] as const));
  return { ...attributes, body: buildGraph(named, { name: body.name, inputs: own }) };
}
