// Gated recurrent units unrolled for training, with their gradient written by hand.
import type { Tensor } from "../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../tensor/elementwise.ts";
import { gemm } from "../tensor/matrices.ts";
import { concat, transpose } from "../tensor/shaping.ts";
import type { Unrolled } from "./unrolled-steps.ts";
import { blocks, column, kept, less, listed, parted, stepsOf, sumOf, withRule } from "./unrolled-steps.ts";
import { columnsOf, groupsOf, inputSlope, productOf, stacks } from "./unrolled-weights.ts";

type Three = readonly [Tensor, Tensor, Tensor];

/** The state before a step, its gates, the candidate's part from the state, the candidate, and the state after it. */
type Step = Readonly<Record<"before" | "r" | "z" | "own" | "n" | "gap" | "h", Tensor>>;

export function unrolledGru(run: Unrolled): Tensor {
  const { x, weight, bias, hiddenWeight, hidden, batch } = run;
  const hiddenBias = run.hiddenBias as Tensor;
  const steps = stepsOf(run);
  const { live, previous, inputs } = steps;
  const [inputR, inputZ, inputN] = blocks(transpose(weight), 3) as Three;
  const [stateR, stateZ, stateN] = blocks(transpose(hiddenWeight), 3) as Three;
  const [toR, toZ] = [concat([inputR, stateR], 1), concat([inputZ, stateZ], 1)];
  const [offsetR, offsetZ] = blocks(column(add(bias, hiddenBias)), 3) as Three;
  const [, , offsetN] = blocks(column(bias), 3) as Three;
  const [, , offsetOwn] = blocks(column(hiddenBias), 3) as Three;
  const made: Step[] = [];
  for (const t of steps.order) {
    const before = made[previous(t) ?? -1]?.h ?? steps.zeros;
    const read = concat([inputs[t] as Tensor, before], 0);
    const r = sigmoid(gemm(toR, read, offsetR));
    const z = sigmoid(gemm(toZ, read, offsetZ));
    const own = gemm(stateN, before, offsetOwn);
    const n = tanh(gemm(inputN, inputs[t] as Tensor, add(mul(r, own), offsetN)));
    const gap = sub(before, n);
    made[t] = { before, r, z, own, n, gap, h: kept(live[t], add(n, mul(z, gap)), before) };
  }
  const { h, ...lists } = listed(made);
  const shared = { x, weight, bias, hiddenWeight, hiddenBias };
  return withRule(steps.result(h), shared, { live, inputs, ...lists }, (gradient, own, now) => {
    const given = steps.given(gradient, now.live);
    // Slopes of the gates' products with the inputs and with the states, which differ in the candidate's block.
    const [ofInputs, ofStates]: [Tensor[], Tensor[]] = [[], []];
    let dh = given[steps.backwards[0] as number] as Tensor;
    for (const t of steps.backwards) {
      const value = (name: Exclude<keyof Step, "h">): Tensor => now[name][t] as Tensor;
      const [r, z, n] = [value("r"), value("z"), value("n")];
      const state = parted(now.live[t], dh);
      const carried = mul(state.into, z);
      const toN = sub(state.into, carried);
      const dN = sub(toN, mul(mul(toN, n), n));
      const dOwn = mul(dN, r);
      const dR = less(mul(dOwn, value("own")), r);
      const dZ = less(mul(carried, value("gap")), z);
      ofInputs[t] = concat([dR, dZ, dN], 0);
      ofStates[t] = concat([dR, dZ, dOwn], 0);
      const at = previous(t);
      const rest = sumOf(carried, state.past, at === undefined ? undefined : given[at]);
      dh = gemm(own.hiddenWeight, ofStates[t] as Tensor, rest);
    }
    const groups = groupsOf(steps, 3 * hidden, batch);
    const [inputGates, stateGates] = [stacks(groups, ofInputs), stacks(groups, ofStates)];
    return {
      x: inputSlope(own.weight, inputGates, groups, run),
      weight: productOf(inputGates, stacks(groups, now.inputs)),
      bias: columnsOf(inputGates),
      hiddenWeight: productOf(stateGates, stacks(groups, now.before)),
      hiddenBias: columnsOf(stateGates),
    };
  });
}
