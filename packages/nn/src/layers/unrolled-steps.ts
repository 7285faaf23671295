// What the unrolled recurrent layers share: the order of steps, masks, and cutting and joining what belongs to steps.
// Tensors are [features, batch]: of a product's two sides ONNX Runtime lays out the right one anew each time, which so
// is the small one, and a gate's part of a product is a block of rows.
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, mul, sub, where } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { concat, split, unsqueeze } from "../tensor/shaping.ts";

/** One direction of a recurrent layer over a batch of known size. */
export interface Unrolled {
  /** [time × features, batch]: each step has `features` rows. */
  readonly x: Tensor;
  /** bool [time, batch]: where a step is real. The others keep the states, and give zeros. */
  readonly live: Tensor | undefined;
  /** [features, gates × hidden], [gates × hidden], [hidden, gates × hidden], and gru's [gates × hidden]. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly hiddenWeight: Tensor;
  readonly hiddenBias: Tensor | undefined;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  /** Give the state after the last step in place of all outputs. */
  readonly last: boolean;
}

export function joined(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? (parts[0] as Tensor) : concat(parts, axis);
}

/** `count` equal blocks of rows. */
export function blocks(tensor: Tensor, count: number): readonly Tensor[] {
  if (count === 1) return [tensor];
  return split(tensor, new Array<number>(count).fill((tensor.shape[0] as number) / count), 0);
}

/** A vector as a column, to be added to every column of a product. */
export const column = (vector: Tensor): Tensor => unsqueeze(vector, 1);

/** The steps of one run. */
export interface Steps {
  /** Their numbers, in the order in which they are taken. */
  readonly order: readonly number[];
  readonly backwards: readonly number[];
  /** [features, batch] of each. */
  readonly inputs: readonly Tensor[];
  /** bool [1, batch] of each, or none. */
  readonly live: readonly Tensor[];
  /** A state before the first step, [hidden, batch]. */
  readonly zeros: Tensor;
  /** The step before `t`, or undefined. */
  readonly previous: (t: number) => number | undefined;
  /** The value after the step before `t`, zeros before the first one. */
  readonly before: (values: readonly Tensor[], t: number) => Tensor;
  /** The run's result from the hidden states after all steps, [hidden, batch] or [time × hidden, batch]. */
  readonly result: (states: readonly Tensor[]) => Tensor;
  /** What of the result's gradient goes to the state after each step. */
  readonly given: (gradient: Tensor, live: readonly Tensor[]) => readonly (Tensor | undefined)[];
}

export function stepsOf({ time, batch, hidden, reverse, last, x, live }: Unrolled): Steps {
  const order = Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
  const end = order[time - 1] as number;
  const data = x.dtype === "float64" ? new Float64Array(batch * hidden) : new Float32Array(batch * hidden);
  const zeros = constant({ data, shape: [hidden, batch] });
  const previous = (t: number): number | undefined => order[(reverse ? time - 1 - t : t) - 1];
  return {
    order,
    backwards: [...order].reverse(),
    inputs: blocks(x, time),
    live: live === undefined ? [] : blocks(live, time),
    zeros,
    previous,
    before(values, t) {
      const at = previous(t);
      return at === undefined ? zeros : (values[at] as Tensor);
    },
    result(states) {
      if (last) return states[end] as Tensor;
      return joined(live === undefined ? states : shown(states, blocks(live, time)), 0);
    },
    given(gradient, liveNow) {
      if (last) return order.map((_, t) => (t === end ? gradient : undefined));
      return shown(blocks(gradient, time), liveNow);
    },
  };
}

/** Zeros where a step is not real. */
function shown(values: readonly Tensor[], live: readonly Tensor[]): readonly Tensor[] {
  return live.length === 0 ? values : values.map((value, t) => where(live[t] as Tensor, value, 0));
}

/** The state after a step: the new one where the step is real. */
export function kept(live: Tensor | undefined, fresh: Tensor, before: Tensor): Tensor {
  return live === undefined ? fresh : where(live, fresh, before);
}

/** A state's gradient, parted in what goes into the step and what goes past it. */
export function parted<G extends Tensor | undefined>(
  live: Tensor | undefined,
  gradient: G,
): { readonly into: G; readonly past: Tensor | undefined } {
  if (live === undefined || gradient === undefined) return { into: gradient, past: undefined };
  return { into: where(live, gradient, 0) as G, past: where(live, 0, gradient) };
}

/** x (1 - y) without the difference, which would be one more tensor. */
export const less = (x: Tensor, y: Tensor): Tensor => sub(x, mul(x, y));

/** The sum of those that are there. */
export function sumOf(...terms: readonly (Tensor | undefined)[]): Tensor | undefined {
  return terms.reduce((sum, term) => (sum === undefined || term === undefined ? (sum ?? term) : add(sum, term)));
}

/** What all steps made, one list a name. */
export function listed<K extends string>(made: readonly Readonly<Record<K, Tensor>>[]): Record<K, readonly Tensor[]> {
  const names = Object.keys(made[0] ?? {}) as K[];
  return Object.fromEntries(names.map((name) => [name, made.map((step) => step[name])])) as Record<K, Tensor[]>;
}

/**
 * Hands a hand-written rule the tensors by name that the forward steps made. `shared` are single tensors, `steps`
 * lists with one a step.
 */
export function withRule<S extends string, L extends string>(
  output: Tensor,
  shared: Readonly<Record<S, Tensor>>,
  steps: Readonly<Record<L, readonly Tensor[]>>,
  rule: (
    gradient: Tensor,
    shared: Readonly<Record<S, Tensor>>,
    steps: Readonly<Record<L, readonly Tensor[]>>,
  ) => Readonly<Partial<Record<S, Tensor>>>,
): Tensor {
  const sharedNames = Object.keys(shared) as S[];
  const stepNames = Object.keys(steps) as L[];
  const read = [...sharedNames.map((name) => shared[name]), ...stepNames.flatMap((name) => steps[name])];
  return withGradient(output, read, (gradient, now) => {
    const ownShared = Object.fromEntries(sharedNames.map((name, i) => [name, now[i]])) as Record<S, Tensor>;
    let at = sharedNames.length;
    const ownSteps = Object.fromEntries(
      stepNames.map((name) => {
        const list = now.slice(at, at + steps[name].length);
        at += list.length;
        return [name, list];
      }),
    ) as unknown as Record<L, readonly Tensor[]>;
    const slopes = rule(gradient, ownShared, ownSteps);
    return sharedNames.map((name) => slopes[name]);
  });
}
