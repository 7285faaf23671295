// The gradient of Scan: a second Scan that runs backwards over the states of the first.

import { floatTypes } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply, applyAll } from "../graph/apply.ts";
import { buildGraph, topological } from "../graph/build.ts";
import type { Graph, Node, Tensor } from "../graph/node.ts";
import { inputNode } from "../graph/node.ts";
import { int64s, unsqueeze } from "../graph/operators.ts";
import { entryOf } from "../shape.ts";
import type { Backward, Rule } from "./rule.ts";
import { zerosLike } from "./rule.ts";

const isFloat = ({ dtype }: Tensor): boolean => floatTypes.has(dtype);

function directions({ output }: Backward, name: string, count: number): readonly number[] {
  const given = output.node.attributes[name];
  return Array.isArray(given) && given.length === count ? (given as readonly number[]) : Array(count).fill(0);
}

/**
 * The `wanted` states that each step of the scan began with, stacked in the order of the steps. Taken from an output
 * that stacks the states after each step where there is one; otherwise the scan is run once more with such outputs.
 */
function statesBefore(
  backward: Backward,
  body: Graph,
  carried: number,
  wanted: readonly number[],
): ReadonlyMap<number, Tensor> {
  const { inputs, outputs, output } = backward;
  const sources = body.outputs.map(({ tensor }) => throughIdentity(tensor));
  const out = directions(backward, "scan_output_directions", outputs.length - carried);
  const emitted = wanted.map((place) => {
    const state = sources[place] as Tensor;
    const at = sources.findIndex(
      (own, i) => i >= carried && out[i - carried] === 0 && own.node === state.node && own.index === state.index,
    );
    return at < 0 ? undefined : (outputs[at] as Tensor);
  });
  let after = emitted as readonly Tensor[];
  if (emitted.includes(undefined)) {
    const named = Object.fromEntries(
      [...body.outputs, ...wanted.map((i) => body.outputs[i] as (typeof body.outputs)[number])].map(
        ({ tensor }, i) => [`scan.out${i}`, tensor] as const,
      ),
    );
    const all = applyAll(
      "Scan",
      inputs,
      {
        ...output.node.attributes,
        body: buildGraph(named, { name: body.name, inputs: body.inputs }),
        scan_output_directions: [...out, ...wanted.map(() => 0)],
      },
      outputs.length + wanted.length,
    );
    after = all.slice(outputs.length);
  }
  const before = after.map((sequence, k) => {
    const first = unsqueeze(inputs[wanted[k] as number] as Tensor, [0]);
    const length = sequence.shape[0];
    if (typeof length !== "number") {
      throw new NnError(
        "no-gradient",
        "The gradient of a scan needs a known number of steps.",
        "Build the training graph with sequences of a fixed length.",
      );
    }
    if (length === 1) return first;
    const rest = apply("Slice", [sequence, ...[0, length - 1, 0].map((value) => int64s([value]))]);
    return apply("Concat", [first, rest], { axis: 0 });
  });
  return new Map(wanted.map((i, k) => [i, before[k] as Tensor] as const));
}

function throughIdentity(tensor: Tensor): Tensor {
  const source = tensor.node.op === "Identity" ? tensor.node.inputs[0] : undefined;
  return source === undefined ? tensor : throughIdentity(source);
}

/**
 * One backward step: from the states before the step, the scanned elements, the gradients of the step's results and
 * of the states after it, to the gradients of the states before it and of the elements. The forward step is computed
 * again inside it.
 */
const scan: Rule = (backward) => {
  const { inputs, outputs, output, gradients } = backward;
  const body = output.node.attributes.body as Graph;
  const scanned = output.node.attributes.num_scan_inputs as number;
  const carried = inputs.length - scanned;
  const states = [...inputs.keys()].slice(0, carried).filter((i) => isFloat(inputs[i] as Tensor));
  const sequences = [...inputs.keys()].slice(carried).filter((i) => isFloat(inputs[i] as Tensor));
  const results = [...outputs.keys()].slice(carried).filter((i) => gradients[i] !== undefined);
  const inner = (i: number): Tensor => body.outputs[i]?.tensor as Tensor;
  const taken = new Set(body.inputs.map(({ node }) => node.name));
  const seedFor = (i: number): Tensor => {
    let name = `scan.gradient${i}`;
    while (taken.has(name)) name += "′";
    return inputNode(name, inner(i).dtype, inner(i).shape);
  };
  const stateSeeds = states.map(seedFor);
  const resultSeeds = results.map(seedFor);
  const grads = backward.pullBack(
    [
      ...states.map((i, k) => ({ tensor: inner(i), gradient: stateSeeds[k] as Tensor })),
      ...results.map((i, k) => ({ tensor: inner(i), gradient: resultSeeds[k] as Tensor })),
    ],
    [...states, ...sequences].map((i) => body.inputs[i] as Tensor),
  );
  const found = [...states, ...sequences].map((i, k) => grads[k] ?? zerosLike(body.inputs[i] as Tensor));
  // Only what the backward step reads is scanned.
  const read = new Set<Node>(topological(found));
  const used = [...body.inputs.keys()].filter((i) => read.has((body.inputs[i] as Tensor).node));
  const constant = used.filter((i) => i < carried && throughIdentity(inner(i)).node === body.inputs[i]?.node);
  const changing = used.filter((i) => i < carried && !constant.includes(i));
  const before = changing.length > 0 ? statesBefore(backward, body, carried, changing) : new Map<number, Tensor>();
  const inDirections = directions(backward, "scan_input_directions", scanned);
  const outDirections = directions(backward, "scan_output_directions", outputs.length - carried);
  const elements = [
    ...used
      .filter((i) => !constant.includes(i))
      .map((i) => ({
        inner: body.inputs[i] as Tensor,
        outer: (before.get(i) ?? inputs[i]) as Tensor,
        direction: i < carried ? 1 : 1 - entryOf(inDirections, i - carried),
      })),
    ...results.map((i, k) => ({
      inner: resultSeeds[k] as Tensor,
      outer: gradients[i] as Tensor,
      direction: 1 - entryOf(outDirections, i - carried),
    })),
  ];
  // States that the body never changes are handed on as they are.
  const kept = constant.map((i) => body.inputs[i] as Tensor);
  const all = [...found.slice(0, states.length), ...kept, ...found.slice(states.length)];
  const graph = buildGraph(Object.fromEntries(all.map((tensor, i) => [`scan.grad${i}`, tensor] as const)), {
    name: `gradient of ${body.name}`,
    inputs: [...stateSeeds, ...kept, ...elements.map((element) => element.inner)],
  });
  const slopesOut = applyAll(
    "Scan",
    [
      ...states.map((i) => gradients[i] ?? zerosLike(outputs[i] as Tensor)),
      ...constant.map((i) => inputs[i] as Tensor),
      ...elements.map((element) => element.outer),
    ],
    {
      body: graph,
      num_scan_inputs: elements.length,
      scan_input_directions: elements.map(({ direction }) => direction),
      scan_output_directions: sequences.map((i) => 1 - entryOf(inDirections, i - carried)),
    },
    all.length,
  );
  const result: (Tensor | undefined)[] = inputs.map(() => undefined);
  states.forEach((i, k) => {
    result[i] = slopesOut[k];
  });
  sequences.forEach((i, k) => {
    result[i] = slopesOut[states.length + constant.length + k];
  });
  return result;
};

export const loopRules: Readonly<Record<string, Rule>> = { Scan: scan };
