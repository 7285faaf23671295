// Recurrent layers unrolled for training, with gradients written by hand. Products with the inputs, and those that give
// the weights' gradients, are taken for all steps at once; what a step leaves stays small enough for the cache.
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { gemm, reduceSum } from "../tensor/matrices.ts";
import { concat, split } from "../tensor/shaping.ts";
import type { CellName } from "./recurrent-cells.ts";

export interface Unrolled {
  /** [time × batch, features]: the inputs of all steps, time first. */
  readonly rows: Tensor;
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

/** Outputs of all steps in the order of time, [time × batch, hidden], or the last one. States start at zero. */
export function unrolled(cell: CellName, run: Unrolled): Tensor {
  return forms[cell](run);
}

const stack = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? (parts[0] as Tensor) : concat(parts, 0));
/** y (1 - y): the derivative of the logistic function from its value. */
const bell = (y: Tensor): Tensor => sub(y, mul(y, y));

/** Steps of one run: their order, and cutting stacks into steps. */
interface Steps {
  readonly order: readonly number[];
  /** The step before `t`, or undefined. */
  readonly before: (t: number) => number | undefined;
  readonly cut: (tensor: Tensor) => readonly Tensor[];
  readonly zeros: Tensor;
  /** Values of the steps before, stacked in the order of time. */
  readonly stackBefore: (parts: readonly Tensor[]) => Tensor;
  /** The run's result from its outputs, and what of the result's gradient goes to each step. */
  readonly result: (outputs: readonly Tensor[]) => Tensor;
  readonly given: (gradient: Tensor) => readonly (Tensor | undefined)[];
}

function stepsOf({ time, batch, hidden, reverse, last, rows }: Unrolled): Steps {
  const order = Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
  const end = order[time - 1] as number;
  const before = (t: number): number | undefined => {
    const at = reverse ? t + 1 : t - 1;
    return at >= 0 && at < time ? at : undefined;
  };
  const data = rows.dtype === "float64" ? new Float64Array(batch * hidden) : new Float32Array(batch * hidden);
  const zeros = constant({ data, shape: [batch, hidden] });
  const sizes = new Array<number>(time).fill(batch);
  const cut = (tensor: Tensor): readonly Tensor[] => (time === 1 ? [tensor] : split(tensor, sizes, 0));
  return {
    order,
    before,
    zeros,
    cut,
    stackBefore: (parts) =>
      stack(
        parts.map((_, t) => {
          const at = before(t);
          return at === undefined ? zeros : (parts[at] as Tensor);
        }),
      ),
    result: (outputs) => (last ? (outputs[end] as Tensor) : stack(outputs)),
    given: (gradient) => (last ? order.map((_, t) => (t === end ? gradient : undefined)) : cut(gradient)),
  };
}

/** dz W' + g: the gradient of the state before a step, where W is [hidden, …]. */
const through = (dz: Tensor, weight: Tensor, g: Tensor | undefined): Tensor => gemm(dz, weight, g, { transB: true });
const transposedProduct = (a: Tensor, b: Tensor): Tensor => gemm(a, b, undefined, { transA: true });

/**
 * Hands a hand-written rule the tensors by name that the forward steps made. `shared` are single tensors, `steps`
 * lists with one a step.
 */
function withRule<S extends string, L extends string>(
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

function rnn(run: Unrolled): Tensor {
  const { rows, weight, bias, hiddenWeight } = run;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  const parts = cut(gemm(rows, weight, bias));
  const h: Tensor[] = [];
  for (const t of order) {
    const at = before(t);
    h[t] = tanh(gemm(at === undefined ? zeros : (h[at] as Tensor), hiddenWeight, parts[t]));
  }
  return withRule(result(h), { rows, weight, bias, hiddenWeight }, { h }, (gradient, shared, steps) => {
    const slopes = given(gradient);
    const dz: Tensor[] = [];
    let later: Tensor | undefined;
    for (const t of [...order].reverse()) {
      const dh: Tensor = later === undefined ? (slopes[t] as Tensor) : through(later, shared.hiddenWeight, slopes[t]);
      const own = steps.h[t] as Tensor;
      later = mul(dh, sub(1, mul(own, own)));
      dz[t] = later;
    }
    return slopesOf(shared, stack(dz), stackBefore(steps.h));
  });
}

/** Gradients of inputs and weights from those of all gates, and the states before all steps. */
function slopesOf(
  { rows, weight }: Readonly<Record<"rows" | "weight", Tensor>>,
  dz: Tensor,
  states: Tensor,
): Readonly<Record<"rows" | "weight" | "bias" | "hiddenWeight", Tensor>> {
  return {
    rows: gemm(dz, weight, undefined, { transB: true }),
    weight: transposedProduct(rows, dz),
    bias: reduceSum(dz, 0),
    hiddenWeight: transposedProduct(states, dz),
  };
}

function lstm(run: Unrolled): Tensor {
  const { hidden, rows, weight, bias, hiddenWeight } = run;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  // The gates that open and the candidate apart: each is then one product with its activation.
  const apart = (x: Tensor, axis: number) => split(x, [3 * hidden, hidden], axis) as [Tensor, Tensor];
  const [toOpen, toCandidate] = apart(weight, 1);
  const [openBias, candidateBias] = apart(bias, 0);
  const [openWeight, candidateWeight] = apart(hiddenWeight, 1);
  const [opens, candidates] = [cut(gemm(rows, toOpen, openBias)), cut(gemm(rows, toCandidate, candidateBias))];
  const lists = ["gates", "i", "f", "o", "g", "ig", "c", "bent", "h"] as const;
  const made = Object.fromEntries(lists.map((name) => [name, [] as Tensor[]])) as Record<
    (typeof lists)[number],
    Tensor[]
  >;
  for (const t of order) {
    const at = before(t);
    const [hBefore, cBefore] = at === undefined ? [zeros, undefined] : [made.h[at] as Tensor, made.c[at]];
    const gates = sigmoid(gemm(hBefore, openWeight, opens[t]));
    const g = tanh(gemm(hBefore, candidateWeight, candidates[t]));
    const [i, f, o] = split(gates, [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor];
    const ig = mul(i, g);
    const c = cBefore === undefined ? ig : add(mul(f, cBefore), ig);
    const bent = tanh(c);
    const h = mul(o, bent);
    for (const [name, value] of Object.entries({ gates, i, f, o, g, ig, c, bent, h })) {
      made[name as (typeof lists)[number]][t] = value;
    }
  }
  return withRule(result(made.h), { rows, weight, bias, hiddenWeight }, made, (gradient, shared, steps) => {
    const slopes = given(gradient);
    const dz: Tensor[] = [];
    let later: { readonly dz: Tensor; readonly dc: Tensor } | undefined;
    for (const t of [...order].reverse()) {
      const at = before(t);
      const value = (name: (typeof lists)[number]): Tensor => steps[name][t] as Tensor;
      const dh: Tensor =
        later === undefined ? (slopes[t] as Tensor) : through(later.dz, shared.hiddenWeight, slopes[t]);
      // o (1 - tanh²c) is o - h tanh c, and i (1 - g²) is i - (i g) g.
      const fresh = mul(dh, sub(value("o"), mul(value("h"), value("bent"))));
      const dc: Tensor = later === undefined ? fresh : add(fresh, later.dc);
      const byGate = [
        mul(dc, value("g")),
        at === undefined ? zeros : mul(dc, steps.c[at] as Tensor),
        mul(dh, value("bent")),
      ];
      const toGates = mul(concat(byGate, 1), bell(value("gates")));
      const now: Tensor = concat([toGates, mul(dc, sub(value("i"), mul(value("ig"), value("g"))))], 1);
      dz[t] = now;
      later = { dz: now, dc: mul(dc, value("f")) };
    }
    return slopesOf(shared, stack(dz), stackBefore(steps.h));
  });
}

function gru(run: Unrolled): Tensor {
  const { hidden, rows, weight, bias, hiddenWeight } = run;
  const hiddenBias = run.hiddenBias as Tensor;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  const apart = (x: Tensor, axis: number) => split(x, [2 * hidden, hidden], axis) as [Tensor, Tensor];
  const [toOpen, toCandidate] = apart(weight, 1);
  const [openBias, candidateBias] = apart(bias, 0);
  const [openWeight, candidateWeight] = apart(hiddenWeight, 1);
  const [openHiddenBias, ownBias] = apart(hiddenBias, 0);
  const opens = cut(gemm(rows, toOpen, add(openBias, openHiddenBias)));
  const candidates = cut(gemm(rows, toCandidate, candidateBias));
  const lists = ["gates", "r", "z", "own", "n", "gap", "h"] as const;
  const made = Object.fromEntries(lists.map((name) => [name, [] as Tensor[]])) as Record<
    (typeof lists)[number],
    Tensor[]
  >;
  for (const t of order) {
    const at = before(t);
    const hBefore = at === undefined ? zeros : (made.h[at] as Tensor);
    const gates = sigmoid(gemm(hBefore, openWeight, opens[t]));
    const own = gemm(hBefore, candidateWeight, ownBias);
    const [r, z] = split(gates, [hidden, hidden], 1) as [Tensor, Tensor];
    const n = tanh(add(candidates[t] as Tensor, mul(r, own)));
    const gap = sub(hBefore, n);
    const h = add(n, mul(z, gap));
    for (const [name, value] of Object.entries({ gates, r, z, own, n, gap, h })) {
      made[name as (typeof lists)[number]][t] = value;
    }
  }
  const shared = { rows, weight, bias, hiddenWeight, hiddenBias };
  return withRule(result(made.h), shared, made, (gradient, now, steps) => {
    const slopes = given(gradient);
    const [open, candidate, product]: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
    let carried: Tensor | undefined;
    for (const t of [...order].reverse()) {
      const value = (name: (typeof lists)[number]): Tensor => steps[name][t] as Tensor;
      const slope = slopes[t];
      const dh: Tensor =
        carried === undefined ? (slope as Tensor) : slope === undefined ? carried : add(carried, slope);
      const rest = sub(1, value("z"));
      const toN = mul(dh, sub(rest, mul(rest, mul(value("n"), value("n")))));
      const toGates = mul(concat([mul(toN, value("own")), mul(dh, value("gap"))], 1), bell(value("gates")));
      const all: Tensor = concat([toGates, mul(toN, value("r"))], 1);
      open[t] = toGates;
      candidate[t] = toN;
      product[t] = all;
      carried = through(all, now.hiddenWeight, mul(dh, value("z")));
    }
    const dz = concat([stack(open), stack(candidate)], 1);
    const products = stack(product);
    return {
      ...slopesOf(now, dz, dz),
      hiddenWeight: transposedProduct(stackBefore(steps.h), products),
      hiddenBias: reduceSum(products, 0),
    };
  });
}

const forms: Readonly<Record<CellName, (run: Unrolled) => Tensor>> = { rnn, lstm, gru };
