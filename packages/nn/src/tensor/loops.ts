// A loop over the first axis of sequences as one operator, with a gradient.
import { NnError } from "../errors.ts";
import { apply, applyAll } from "../graph/apply.ts";
import { buildGraph, topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { outputOf } from "../graph/node.ts";
import { rewriteTensors } from "../graph/rewrite.ts";
import { input } from "./leaves.ts";

export interface ScanStep {
  /** The states after the step, in the order, types and shapes of those before. */
  readonly states: readonly Tensor[];
  /** Results of the step, which are stacked along a new first axis. */
  readonly outputs?: readonly Tensor[];
}

export interface ScanResult {
  /** The states after the last step. */
  readonly states: readonly Tensor[];
  /** The states after every step: [steps, …]. */
  readonly history: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/**
 * Runs `step` once for each entry of the first axis of `sequences`, all of one length; `initial` are the states
 * before the first. `reverse` begins at the last entry; outputs then still stand at their entry's place, the history
 * in the order of the steps; without `history` (default true) it is empty, which saves stacking it. The step may read tensors from outside. The operator is ONNX Scan; its gradient is a
 * second Scan backwards.
 */
export function scan(
  initial: readonly Tensor[],
  sequences: readonly Tensor[],
  step: (states: readonly Tensor[], elements: readonly Tensor[]) => ScanStep,
  options: { readonly reverse?: boolean; readonly history?: boolean } = {},
): ScanResult {
  if (sequences.length === 0) {
    throw new NnError("graph-invalid", "scan: it was given no sequence.", "Give at least one tensor to run along.");
  }
  const states = initial.map(({ dtype, shape }, i) => input(`scan.state${i}`, dtype, shape));
  const elements = sequences.map(({ dtype, shape }, i) => input(`scan.element${i}`, dtype, shape.slice(1)));
  const made = step(states, elements);
  if (made.states.length !== initial.length) {
    throw new NnError(
      "graph-invalid",
      `scan: the step was given ${initial.length} states and gave back ${made.states.length}.`,
      "Give back one state for each.",
    );
  }
  const own = [...states, ...elements];
  const captured = capturedBy([...made.states, ...(made.outputs ?? [])], own);
  const inner = captured.map(({ dtype, shape }, i) => input(`scan.captured${i}`, dtype, shape));
  const results = replaced([...made.states, ...(made.outputs ?? [])], captured, inner);
  const after = results.slice(0, states.length);
  const outputs = results.slice(states.length);
  const stacked = options.history === false ? [] : after;
  // Captured tensors are states that do not change.
  const all = [...after, ...inner, ...stacked, ...outputs];
  const body = buildGraph(Object.fromEntries(all.map((tensor, i) => [`scan.out${i}`, tensor] as const)), {
    name: "scan",
    inputs: [...states, ...inner, ...elements],
  });
  const backwards = options.reverse ? 1 : 0;
  const found = applyAll(
    "Scan",
    [...initial, ...captured, ...sequences],
    {
      body,
      num_scan_inputs: sequences.length,
      ...(backwards === 0
        ? {}
        : {
            scan_input_directions: sequences.map(() => 1),
            scan_output_directions: [...stacked.map(() => 0), ...outputs.map(() => 1)],
          }),
    },
    all.length,
  );
  const history = initial.length + captured.length;
  return {
    states: found.slice(0, initial.length),
    history: found.slice(history, history + stacked.length),
    outputs: found.slice(history + stacked.length),
  };
}

/** The tensors from outside that the body or its gradients given by hand read: those that depend on none of its inputs. */
function capturedBy(results: readonly Tensor[], own: readonly Tensor[]): readonly Tensor[] {
  const inside = new Set<Node>(own.map(({ node }) => node));
  const order = topological(results, new Set(), readBy);
  for (const node of order) if (readBy(node).some((x) => x !== undefined && inside.has(x.node))) inside.add(node);
  const found = new Map<Node, Set<number>>();
  const read = (tensor: Tensor | undefined): void => {
    if (tensor === undefined || inside.has(tensor.node) || tensor.node.op === "Constant") return;
    found.set(tensor.node, (found.get(tensor.node) ?? new Set<number>()).add(tensor.index));
  };
  for (const node of order) if (inside.has(node)) for (const tensor of readBy(node)) read(tensor);
  for (const tensor of results) read(tensor);
  return [...found].flatMap(([node, indices]) => [...indices].map((index) => outputOf(node, index)));
}

const readBy = ({ inputs, customGradient }: Node): Node["inputs"] => [...inputs, ...(customGradient?.inputs ?? [])];

/** The results with `inner` in the place of what was captured; nothing outside is built anew. */
function replaced(
  results: readonly Tensor[],
  captured: readonly Tensor[],
  inner: readonly Tensor[],
): readonly Tensor[] {
  if (captured.length === 0) return results;
  const places = new Map<Node, Tensor[]>();
  captured.forEach(({ node, index }, i) => {
    const outputs = places.get(node) ?? node.outputs.map((_, at) => outputOf(node, at));
    outputs[index] = inner[i] as Tensor;
    places.set(node, outputs);
  });
  return rewriteTensors(results, () => undefined, places).map((own) =>
    own.node.op === "Input" ? apply("Identity", [own]) : own,
  );
}
