// Recurrent layers unrolled for training, with gradients written by hand. Products with the inputs, and those that give
// the weights' gradients, are taken for all steps at once; what a step leaves stays small enough for the cache.
// Tensors are [features, batch]: of a product's two sides ONNX Runtime lays out the right one anew each time, which so
// is the small one, and cutting gates apart takes whole blocks.
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, cast, mul, sigmoid, sub, tanh } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { gemm, reduceSum } from "../tensor/matrices.ts";
import { concat, split, transpose, unsqueeze } from "../tensor/shaping.ts";
import type { CellName } from "./recurrent-cells.ts";

export interface Unrolled {
  /** [features, time × batch]: the inputs of all steps. */
  readonly columns: Tensor;
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

/** Outputs of all steps in the order of time, [hidden, time × batch], or the last one. States start at zero. */
export function unrolled(cell: CellName, run: Unrolled): Tensor {
  return forms[cell](run);
}

const stack = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? (parts[0] as Tensor) : concat(parts, 1));
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

function stepsOf({ time, batch, hidden, reverse, last, columns }: Unrolled): Steps {
  const order = Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
  const end = order[time - 1] as number;
  const before = (t: number): number | undefined => {
    const at = reverse ? t + 1 : t - 1;
    return at >= 0 && at < time ? at : undefined;
  };
  const data = columns.dtype === "float64" ? new Float64Array(batch * hidden) : new Float32Array(batch * hidden);
  const zeros = constant({ data, shape: [hidden, batch] });
  const sizes = new Array<number>(time).fill(batch);
  const cut = (tensor: Tensor): readonly Tensor[] => (time === 1 ? [tensor] : split(tensor, sizes, 1));
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

/** A vector as a column, to be added to every column of a product. */
const column = (vector: Tensor): Tensor => unsqueeze(vector, 1);
const timesTransposed = (a: Tensor, b: Tensor): Tensor => gemm(a, b, undefined, { transB: true });

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

/** Gradients of inputs and weights from those of all gates, and the states before all steps. */
function slopesOf(
  { columns, weight }: Readonly<Record<"columns" | "weight", Tensor>>,
  dz: Tensor,
  states: Tensor,
): Readonly<Record<"columns" | "weight" | "bias" | "hiddenWeight", Tensor>> {
  return {
    columns: gemm(weight, dz),
    weight: timesTransposed(columns, dz),
    bias: reduceSum(dz, 1),
    hiddenWeight: timesTransposed(states, dz),
  };
}

function rnn(run: Unrolled): Tensor {
  const { columns, weight, bias, hiddenWeight } = run;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  const parts = cut(gemm(transpose(weight), columns, column(bias)));
  const turned = transpose(hiddenWeight);
  const h: Tensor[] = [];
  for (const t of order) {
    const at = before(t);
    h[t] = tanh(gemm(turned, at === undefined ? zeros : (h[at] as Tensor), parts[t]));
  }
  return withRule(result(h), { columns, weight, bias, hiddenWeight }, { h }, (gradient, shared, steps) => {
    const slopes = given(gradient);
    const dz: Tensor[] = [];
    let later: Tensor | undefined;
    for (const t of [...order].reverse()) {
      const dh: Tensor = later === undefined ? (slopes[t] as Tensor) : gemm(shared.hiddenWeight, later, slopes[t]);
      const own = steps.h[t] as Tensor;
      later = mul(dh, sub(1, mul(own, own)));
      dz[t] = later;
    }
    return slopesOf(shared, stack(dz), stackBefore(steps.h));
  });
}

/** One tensor of ones, with `value` at the entries of the last of four blocks. */
function lastBlock(hidden: number, value: number, { dtype }: Tensor): Tensor {
  const data = Float32Array.from({ length: 4 * hidden }, (_, i) => (i < 3 * hidden ? 1 : value));
  return cast(constant({ data, shape: [4 * hidden] }), dtype);
}

function lstm(run: Unrolled): Tensor {
  const { hidden, columns, weight, bias, hiddenWeight } = run;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  // tanh(x) is 2 σ(2 x) - 1: with the candidate's weights doubled, all gates are one product and one activation.
  const doubled = lastBlock(hidden, 2, weight);
  // Doubled after the transpose: ONNX Runtime would join a transpose to every product, and so repeat it.
  const turned = mul(transpose(hiddenWeight), column(doubled));
  const toGates = mul(transpose(weight), column(doubled));
  const parts = cut(gemm(toGates, columns, column(mul(bias, doubled))));
  const sizes = [hidden, hidden, hidden, hidden];
  const lists = ["gates", "i", "f", "o", "g", "c", "bent", "h"] as const;
  const made = Object.fromEntries(lists.map((name) => [name, [] as Tensor[]])) as Record<
    (typeof lists)[number],
    Tensor[]
  >;
  for (const t of order) {
    const at = before(t);
    const [hBefore, cBefore] = at === undefined ? [zeros, undefined] : [made.h[at] as Tensor, made.c[at]];
    const gates = sigmoid(gemm(turned, hBefore, parts[t]));
    const [i, f, o, half] = split(gates, sizes, 0) as [Tensor, Tensor, Tensor, Tensor];
    const g = sub(add(half, half), 1);
    const c = cBefore === undefined ? mul(i, g) : add(mul(f, cBefore), mul(i, g));
    const bent = tanh(c);
    const h = mul(o, bent);
    for (const [name, value] of Object.entries({ gates, i, f, o, g, c, bent, h })) {
      made[name as (typeof lists)[number]][t] = value;
    }
  }
  return withRule(result(made.h), { columns, weight, bias, hiddenWeight }, made, (gradient, shared, steps) => {
    const slopes = given(gradient);
    // 1 - g² is 4 y (1 - y) of the candidate's y: the 4 stands in the weights, and is put to their gradients at the end.
    const fourfold = lastBlock(hidden, 4, weight);
    const back = mul(shared.hiddenWeight, fourfold);
    const dz: Tensor[] = [];
    let later: { readonly dz: Tensor; readonly dc: Tensor } | undefined;
    for (const t of [...order].reverse()) {
      const at = before(t);
      const value = (name: (typeof lists)[number]): Tensor => steps[name][t] as Tensor;
      const dh: Tensor = later === undefined ? (slopes[t] as Tensor) : gemm(back, later.dz, slopes[t]);
      // o (1 - tanh²c) is o - h tanh c.
      const fresh = mul(dh, sub(value("o"), mul(value("h"), value("bent"))));
      const dc: Tensor = later === undefined ? fresh : add(fresh, later.dc);
      const cBefore = at === undefined ? zeros : (steps.c[at] as Tensor);
      const factors = mul(concat([value("g"), cBefore, value("bent"), value("i")], 0), bell(value("gates")));
      const now: Tensor = mul(concat([dc, dc, dh, dc], 0), factors);
      dz[t] = now;
      later = { dz: now, dc: mul(dc, value("f")) };
    }
    const weights = { columns: shared.columns, weight: mul(shared.weight, fourfold) };
    const found = slopesOf(weights, stack(dz), stackBefore(steps.h));
    return {
      columns: found.columns,
      weight: mul(found.weight, fourfold),
      bias: mul(found.bias, fourfold),
      hiddenWeight: mul(found.hiddenWeight, fourfold),
    };
  });
}

function gru(run: Unrolled): Tensor {
  const { hidden, columns, weight, bias, hiddenWeight } = run;
  const hiddenBias = run.hiddenBias as Tensor;
  const { order, before, cut, zeros, stackBefore, result, given } = stepsOf(run);
  const apart = (x: Tensor) => split(x, [2 * hidden, hidden], 0) as [Tensor, Tensor];
  const [toOpen, toCandidate] = apart(transpose(weight));
  const [openBias, candidateBias] = apart(column(bias));
  const [openWeight, candidateWeight] = apart(transpose(hiddenWeight));
  const [openHiddenBias, ownBias] = apart(column(hiddenBias));
  const opens = cut(gemm(toOpen, columns, add(openBias, openHiddenBias)));
  const candidates = cut(gemm(toCandidate, columns, candidateBias));
  const lists = ["gates", "r", "z", "own", "n", "gap", "h"] as const;
  const made = Object.fromEntries(lists.map((name) => [name, [] as Tensor[]])) as Record<
    (typeof lists)[number],
    Tensor[]
  >;
  for (const t of order) {
    const at = before(t);
    const hBefore = at === undefined ? zeros : (made.h[at] as Tensor);
    const gates = sigmoid(gemm(openWeight, hBefore, opens[t]));
    const own = gemm(candidateWeight, hBefore, ownBias);
    const [r, z] = split(gates, [hidden, hidden], 0) as [Tensor, Tensor];
    const n = tanh(add(candidates[t] as Tensor, mul(r, own)));
    const gap = sub(hBefore, n);
    const h = add(n, mul(z, gap));
    for (const [name, value] of Object.entries({ gates, r, z, own, n, gap, h })) {
      made[name as (typeof lists)[number]][t] = value;
    }
  }
  const shared = { columns, weight, bias, hiddenWeight, hiddenBias };
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
      const toGates = mul(concat([mul(toN, value("own")), mul(dh, value("gap"))], 0), bell(value("gates")));
      const all: Tensor = concat([toGates, mul(toN, value("r"))], 0);
      open[t] = toGates;
      candidate[t] = toN;
      product[t] = all;
      carried = gemm(now.hiddenWeight, all, mul(dh, value("z")));
    }
    const dz = concat([stack(open), stack(candidate)], 0);
    const products = stack(product);
    const states = stackBefore(steps.h);
    return {
      ...slopesOf(now, dz, states),
      hiddenWeight: timesTransposed(states, products),
      hiddenBias: reduceSum(products, 1),
    };
  });
}

const forms: Readonly<Record<CellName, (run: Unrolled) => Tensor>> = { rnn, lstm, gru };
