// Elman's network unrolled for training, with its gradient written by hand.
import type { Tensor } from "../graph/node.ts";
import { mul, sub, tanh } from "../tensor/elementwise.ts";
import { gemm } from "../tensor/matrices.ts";
import { concat, transpose } from "../tensor/shaping.ts";
import type { Unrolled } from "./unrolled-steps.ts";
import { column, kept, listed, parted, stepsOf, sumOf, withRule } from "./unrolled-steps.ts";
import { groupsOf, inputSlope, stacks, weightSlopes } from "./unrolled-weights.ts";

/** What a step reads, what comes of it, and the state after it. */
type Step = Readonly<Record<"read" | "fresh" | "h", Tensor>>;

export function unrolledRnn(run: Unrolled): Tensor {
  const { x, weight, bias, hiddenWeight, hidden, batch } = run;
  const steps = stepsOf(run);
  const { live, previous, zeros } = steps;
  const turned = concat([transpose(weight), transpose(hiddenWeight)], 1);
  const offset = column(bias);
  const made: Step[] = [];
  for (const t of steps.order) {
    const hBefore = made[previous(t) ?? -1]?.h ?? zeros;
    const read = concat([steps.inputs[t] as Tensor, hBefore], 0);
    const fresh = tanh(gemm(turned, read, offset));
    made[t] = { read, fresh, h: kept(live[t], fresh, hBefore) };
  }
  const { h, ...lists } = listed(made);
  return withRule(steps.result(h), { x, weight, bias, hiddenWeight }, { live, ...lists }, (gradient, own, now) => {
    const given = steps.given(gradient, now.live);
    const dz: Tensor[] = [];
    let dh = given[steps.backwards[0] as number] as Tensor;
    for (const t of steps.backwards) {
      const state = parted(now.live[t], dh);
      const fresh = now.fresh[t] as Tensor;
      dz[t] = mul(state.into, sub(1, mul(fresh, fresh)));
      const at = previous(t);
      if (at !== undefined) dh = gemm(own.hiddenWeight, dz[t] as Tensor, sumOf(state.past, given[at]));
    }
    const groups = groupsOf(steps, hidden, batch);
    const gates = stacks(groups, dz);
    return {
      x: inputSlope(own.weight, gates, groups, run),
      ...weightSlopes(gates, stacks(groups, now.read), run),
    };
  });
}
