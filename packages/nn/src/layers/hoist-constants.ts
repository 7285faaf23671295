// A pass: the weights that stand inside of loops, brought out to the graph around them, where training finds them.
import { floatTypes } from "../dtype.ts";
import { apply, applyAll } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import { instantiate } from "../graph/instantiate.ts";
import type { Graph, Node, Tensor } from "../graph/node.ts";
import { constantNode, inputNode } from "../graph/node.ts";
import { rewriteGraph } from "../graph/rewrite.ts";

/** The same graph; float constants of one axis or more in a Scan's body are now states that the body passes on. */
export function hoistConstants(graph: Graph): Graph {
  const taken = new Set(graph.constants.map(({ node }) => node.name));
  return rewriteGraph(graph, (node, inputs) => (node.op === "Scan" ? lifted(node, inputs, taken) : undefined));
}

function lifted(
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  taken: Set<string | undefined>,
): readonly Tensor[] | undefined {
  const body = node.attributes.body as Graph;
  const weights = body.constants.filter(({ dtype, shape }) => floatTypes.has(dtype) && shape.length > 0);
  if (weights.length === 0) return undefined;
  const carried = inputs.length - ((node.attributes.num_scan_inputs as number | undefined) ?? 1);
  const inner = weights.map(({ dtype, shape }, i) => inputNode(`lifted.${i}`, dtype, shape));
  const places = new Map(weights.map((tensor, i) => [tensor.node, [inner[i] as Tensor]] as const));
  const results = instantiate(body, (own) => places.get(own));
  const all = [
    ...results.slice(0, carried),
    ...inner.map((tensor) => apply("Identity", [tensor])),
    ...results.slice(carried),
  ];
  const outputs = applyAll(
    "Scan",
    [...inputs.slice(0, carried), ...weights.map((tensor) => renamed(tensor, taken)), ...inputs.slice(carried)],
    {
      ...node.attributes,
      body: buildGraph(Object.fromEntries(all.map((tensor, i) => [`lifted.out${i}`, tensor] as const)), {
        name: body.name,
        inputs: [...body.inputs.slice(0, carried), ...inner, ...body.inputs.slice(carried)],
      }),
    },
    node.outputs.length + inner.length,
    node.name,
  );
  return [...outputs.slice(0, carried), ...outputs.slice(carried + inner.length)];
}

/** The constant under a name that no other constant of the graph has. */
function renamed(tensor: Tensor, taken: Set<string | undefined>): Tensor {
  const { name, data } = tensor.node;
  if (name === undefined || data === undefined) return tensor;
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}.${i}`;
  taken.add(free);
  return free === name ? tensor : constantNode(data, free);
}
