// Long short-term memory unrolled for training, with its gradient written by hand.
import type { Tensor } from "../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../tensor/elementwise.ts";
import { gemm } from "../tensor/matrices.ts";
import { concat, transpose } from "../tensor/shaping.ts";
import type { Unrolled } from "./unrolled-steps.ts";
import { blocks, column, kept, less, listed, parted, stepsOf, sumOf, withRule } from "./unrolled-steps.ts";
import { groupsOf, inputSlope, stacks, weightSlopes } from "./unrolled-weights.ts";

type Four = readonly [Tensor, Tensor, Tensor, Tensor];

/** What a step reads, its gates, tanh of its cell state, and the states after it. */
type Step = Readonly<Record<"read" | "i" | "f" | "o" | "g" | "bent" | "c" | "h", Tensor>>;

export function unrolledLstm(run: Unrolled): Tensor {
  const { x, weight, bias, hiddenWeight, hidden, batch } = run;
  const steps = stepsOf(run);
  const { live, previous, zeros } = steps;
  // A product a gate, each with its own activation: cut out of one product, the gates would be copied.
  const [toI, toF, toO, toG] = blocks(concat([transpose(weight), transpose(hiddenWeight)], 1), 4) as Four;
  const [offsetI, offsetF, offsetO, offsetG] = blocks(column(bias), 4) as Four;
  const made: Step[] = [];
  for (const t of steps.order) {
    const { c: cBefore, h: hBefore } = made[previous(t) ?? -1] ?? { c: zeros, h: zeros };
    const read = concat([steps.inputs[t] as Tensor, hBefore], 0);
    const i = sigmoid(gemm(toI, read, offsetI));
    const f = sigmoid(gemm(toF, read, offsetF));
    const o = sigmoid(gemm(toO, read, offsetO));
    const g = tanh(gemm(toG, read, offsetG));
    const fresh = add(mul(f, cBefore), mul(i, g));
    const bent = tanh(fresh);
    const h = kept(live[t], mul(o, bent), hBefore);
    made[t] = { read, i, f, o, g, bent, c: kept(live[t], fresh, cBefore), h };
  }
  const { h, ...lists } = listed(made);
  return withRule(steps.result(h), { x, weight, bias, hiddenWeight }, { live, ...lists }, (gradient, own, now) => {
    const given = steps.given(gradient, now.live);
    const dz: Tensor[] = [];
    let dh = given[steps.backwards[0] as number] as Tensor;
    let dc: Tensor | undefined;
    // Everything is taken from the gates and the cell states: a further tensor of the forward pass would have to come
    // from outside the cache, which costs more than an operator.
    for (const t of steps.backwards) {
      const value = (name: Exclude<keyof Step, "h">): Tensor => now[name][t] as Tensor;
      const [i, f, o, g, bent] = [value("i"), value("f"), value("o"), value("g"), value("bent")];
      const state = parted(now.live[t], dh);
      const cell = parted(now.live[t], dc);
      const toH = mul(state.into, o);
      const toO = mul(toH, bent);
      const toC = sumOf(cell.into, sub(toH, mul(toO, bent))) as Tensor;
      const carried = mul(toC, f);
      const toF = mul(carried, steps.before(now.c, t));
      const toG = mul(toC, i);
      const toI = mul(toG, g);
      dz[t] = concat([less(toI, i), less(toF, f), less(toO, o), sub(toG, mul(toI, g))], 0);
      const at = previous(t);
      if (at !== undefined) dh = gemm(own.hiddenWeight, dz[t] as Tensor, sumOf(state.past, given[at]));
      dc = sumOf(carried, cell.past);
    }
    const groups = groupsOf(steps, 4 * hidden, batch);
    const gates = stacks(groups, dz);
    return {
      x: inputSlope(own.weight, gates, groups, run),
      ...weightSlopes(gates, stacks(groups, now.read), run),
    };
  });
}
