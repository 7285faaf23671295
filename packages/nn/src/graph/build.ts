// Closes a set of output tensors into a topologically ordered, verified graph.
import { NnError } from "../errors.ts";
import { apply } from "./apply.ts";
import type { Graph, Node, Tensor } from "./node.ts";
import { outputOf } from "./node.ts";
import { verify } from "./verify.ts";

/**
 * Every node that `outputs` depend on and that `known` does not have, each after the nodes that it reads; `reads` says
 * which those are, by default its inputs. What known nodes depend on is not looked for. Iterative: depth is not limited.
 */
export function topological(
  outputs: readonly Tensor[],
  known: ReadonlySet<Node> = new Set(),
  reads: (node: Node) => Node["inputs"] = ({ inputs }) => inputs,
): readonly Node[] {
  // Beside the known ones, not a copy of them: a file's nodes are looked up one after another.
  const found = new Set<Node>();
  const done = (node: Node): boolean => found.has(node) || known.has(node);
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  for (const { node } of outputs) {
    stack.push({ node, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { node: Node; next: number };
      if (done(top.node)) {
        stack.pop();
        continue;
      }
      const inputs = reads(top.node);
      if (top.next < inputs.length) {
        const child = inputs[top.next++];
        if (child !== undefined && !done(child.node)) stack.push({ node: child.node, next: 0 });
        continue;
      }
      found.add(top.node);
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

/**
 * The graph that computes the named outputs. Inputs stand in the order in which they are first needed,
 * or in that of `inputs` when given (which may name inputs that no output needs). Throws `graph-invalid`.
 */
export function buildGraph(
  outputs: Readonly<Record<string, Tensor>>,
  options: { readonly name?: string; readonly inputs?: readonly Tensor[] } = {},
): Graph {
  const taken = new Map<Node, Set<number>>();
  const named = Object.entries(outputs).map(([name, tensor]) => {
    const used = taken.get(tensor.node) ?? new Set<number>();
    // A leaf, or a value that already is an output, leaves the graph through an Identity of its own.
    const leaf = tensor.node.op === "Input" || tensor.node.op === "Constant";
    if (leaf || used.has(tensor.index)) return Object.freeze({ name, tensor: apply("Identity", [tensor]) });
    taken.set(tensor.node, used.add(tensor.index));
    return Object.freeze({ name, tensor });
  });
  if (named.length === 0) {
    throw new NnError("graph-invalid", "A graph needs at least one output.", "Name at least one output tensor.");
  }
  const order = topological(named.map(({ tensor }) => tensor));
  const found = order.filter(({ op }) => op === "Input").map((node) => outputOf(node));
  const wanted = options.inputs ?? [];
  const listed = new Set(wanted.map(({ node }) => node));
  const graph: Graph = Object.freeze({
    name: options.name ?? "graph",
    inputs: Object.freeze([...wanted, ...found.filter(({ node }) => !listed.has(node))]),
    constants: Object.freeze(order.filter(({ op }) => op === "Constant").map((node) => outputOf(node))),
    nodes: Object.freeze(order.filter(({ op }) => op !== "Input" && op !== "Constant")),
    outputs: Object.freeze(named),
  });
  verify(graph);
  return graph;
}
