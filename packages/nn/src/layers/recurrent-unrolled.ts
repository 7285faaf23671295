// Recurrent layers unrolled for training, with gradients written by hand: what does not depend on the order of the
// steps (products with all states, derivatives of gates) is computed for all of them at once.
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { gemm, reduceSum } from "../tensor/matrices.ts";
import { concat, split } from "../tensor/shaping.ts";
import type { CellName, CellWeights } from "./recurrent-cells.ts";

export interface Unrolled {
  /** [time × batch, gates × hidden]: the input's part of all steps, time first. */
  readonly projected: Tensor;
  readonly weights: CellWeights;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
}

/** Outputs of all steps in the order of time, [time × batch, hidden]. States start at zero. */
export function unrolled(cell: CellName, run: Unrolled): Tensor {
  return forms[cell](run);
}

const stack = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? (parts[0] as Tensor) : concat(parts, 0));
/** y (1 - y): the derivative of the logistic function from its value. */
const bell = (y: Tensor): Tensor => mul(y, sub(1, y));
/** 1 - y²: the derivative of tanh from its value. */
const slope = (y: Tensor): Tensor => sub(1, mul(y, y));

/** Steps of one run: their order, and cutting stacks into steps. */
interface Steps {
  readonly order: readonly number[];
  /** The step before `t`, or undefined. */
  readonly before: (t: number) => number | undefined;
  readonly cut: (tensor: Tensor) => readonly Tensor[];
  readonly zeros: Tensor;
  /** Values of the steps before, stacked in the order of time. */
  readonly stackBefore: (parts: readonly Tensor[]) => Tensor;
}

function stepsOf({ time, batch, hidden, reverse, projected }: Unrolled): Steps {
  const order = Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
  const before = (t: number): number | undefined => {
    const at = reverse ? t + 1 : t - 1;
    return at >= 0 && at < time ? at : undefined;
  };
  const data = projected.dtype === "float64" ? new Float64Array(batch * hidden) : new Float32Array(batch * hidden);
  const zeros = constant({ data, shape: [batch, hidden] });
  const sizes = new Array<number>(time).fill(batch);
  return {
    order,
    before,
    zeros,
    cut: (tensor) => (time === 1 ? [tensor] : split(tensor, sizes, 0)),
    stackBefore: (parts) =>
      stack(
        parts.map((_, t) => {
          const at = before(t);
          return at === undefined ? zeros : (parts[at] as Tensor);
        }),
      ),
  };
}

/** dz W' + g: the gradient of the state before a step, where W is [hidden, …]. */
const through = (dz: Tensor, weight: Tensor, g: Tensor): Tensor => gemm(dz, weight, g, { transB: true });
const weightGradient = (states: Tensor, dz: Tensor): Tensor => gemm(states, dz, undefined, { transA: true });

function rnn(run: Unrolled): Tensor {
  const { order, before, cut, zeros, stackBefore } = stepsOf(run);
  const parts = cut(run.projected);
  const h: Tensor[] = [];
  for (const t of order) {
    const at = before(t);
    const previous = at === undefined ? zeros : (h[at] as Tensor);
    h[t] = tanh(gemm(previous, run.weights.hiddenWeight, parts[t]));
  }
  const read = [run.projected, run.weights.hiddenWeight, stackBefore(h), stack(h)];
  return withGradient(stack(h), read, (gradient, [, weight, previous, outputs]) => {
    const [slopes, given] = [cut(slope(outputs as Tensor)), cut(gradient)];
    const dz: Tensor[] = [];
    let dh: Tensor | undefined;
    for (const t of [...order].reverse()) {
      dh = dh === undefined ? given[t] : through(dh, weight as Tensor, given[t] as Tensor);
      dh = mul(dh as Tensor, slopes[t] as Tensor);
      dz[t] = dh;
    }
    const all = stack(dz);
    return [all, weightGradient(previous as Tensor, all)];
  });
}

function lstm(run: Unrolled): Tensor {
  const { hidden } = run;
  const { order, before, cut, zeros, stackBefore } = stepsOf(run);
  const parts = cut(run.projected);
  const lists = {
    h: [] as Tensor[],
    c: [] as Tensor[],
    bent: [] as Tensor[],
    gates: [] as Tensor[],
    candidates: [] as Tensor[],
  };
  for (const t of order) {
    const at = before(t);
    const [hBefore, cBefore] = at === undefined ? [zeros, undefined] : [lists.h[at] as Tensor, lists.c[at]];
    const [open, candidate] = split(gemm(hBefore, run.weights.hiddenWeight, parts[t]), [3 * hidden, hidden], 1);
    const gate = sigmoid(open as Tensor);
    const g = tanh(candidate as Tensor);
    const [i, f, o] = split(gate, [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor];
    const next = cBefore === undefined ? mul(i, g) : add(mul(f, cBefore), mul(i, g));
    const bent = tanh(next);
    lists.gates[t] = gate;
    lists.candidates[t] = g;
    lists.c[t] = next;
    lists.bent[t] = bent;
    lists.h[t] = mul(o, bent);
  }
  const read = [
    run.projected,
    run.weights.hiddenWeight,
    stackBefore(lists.h),
    stackBefore(lists.c),
    stack(lists.bent),
    stack(lists.gates),
    stack(lists.candidates),
  ];
  return withGradient(stack(lists.h), read, (gradient, tensors) => {
    const [weight, hBefore, cBefore, bent, gate, g] = tensors.slice(1) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [i, f, o] = split(gate, [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor];
    // Of the gates' inputs, by the gradients of the cell (input, forget, candidate) and of the output (output gate).
    const byGate = mul(concat([g, cBefore, bent], 1), bell(gate));
    const factors = cut(concat([byGate, mul(i, slope(g))], 1));
    const [toCell, forget, given] = [cut(mul(o, slope(bent))), cut(f), cut(gradient)];
    const dz: Tensor[] = [];
    let carried: { readonly dz: Tensor; readonly dc: Tensor } | undefined;
    for (const t of [...order].reverse()) {
      const own = given[t] as Tensor;
      const dh: Tensor = carried === undefined ? own : through(carried.dz, weight, own);
      const fresh = mul(dh, toCell[t] as Tensor);
      const dc: Tensor = carried === undefined ? fresh : add(fresh, carried.dc);
      const now: Tensor = mul(concat([dc, dc, dh, dc], 1), factors[t] as Tensor);
      dz[t] = now;
      carried = { dz: now, dc: mul(dc, forget[t] as Tensor) };
    }
    const all = stack(dz);
    return [all, weightGradient(hBefore, all)];
  });
}

function gru(run: Unrolled): Tensor {
  const { hidden } = run;
  const { order, before, cut, zeros, stackBefore } = stepsOf(run);
  const [openAll, candidateAll] = split(run.projected, [2 * hidden, hidden], 1) as [Tensor, Tensor];
  const [opens, inputs] = [cut(openAll), cut(candidateAll)];
  const lists = { h: [] as Tensor[], gates: [] as Tensor[], own: [] as Tensor[], n: [] as Tensor[] };
  for (const t of order) {
    const at = before(t);
    const h = at === undefined ? zeros : (lists.h[at] as Tensor);
    const product = gemm(h, run.weights.hiddenWeight, run.weights.hiddenBias);
    const [open, own] = split(product, [2 * hidden, hidden], 1) as [Tensor, Tensor];
    const gate = sigmoid(add(opens[t] as Tensor, open));
    const [r, z] = split(gate, [hidden, hidden], 1) as [Tensor, Tensor];
    const n = tanh(add(inputs[t] as Tensor, mul(r, own)));
    lists.gates[t] = gate;
    lists.own[t] = own;
    lists.n[t] = n;
    lists.h[t] = add(n, mul(z, sub(h, n)));
  }
  const bias = run.weights.hiddenBias;
  const read = [
    run.projected,
    run.weights.hiddenWeight,
    stackBefore(lists.h),
    stack(lists.gates),
    stack(lists.own),
    stack(lists.n),
    ...(bias === undefined ? [] : [bias]),
  ];
  return withGradient(stack(lists.h), read, (gradient, tensors) => {
    const [weight, hBefore, gate, own, n] = tensors.slice(1) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const [r, z] = split(gate, [hidden, hidden], 1) as [Tensor, Tensor];
    // All by the gradient of the output: of the candidate's input, and of the three products with the state.
    const toCandidate = mul(sub(1, z), slope(n));
    const byGate = mul(concat([mul(toCandidate, own), sub(hBefore, n)], 1), bell(gate));
    const factors = cut(concat([byGate, mul(toCandidate, r)], 1));
    const [kept, given] = [cut(z), cut(gradient)];
    const [dq, dh]: [Tensor[], Tensor[]] = [[], []];
    let carried: Tensor | undefined;
    for (const t of [...order].reverse()) {
      const all: Tensor = carried === undefined ? (given[t] as Tensor) : add(carried, given[t] as Tensor);
      const now = mul(concat([all, all, all], 1), factors[t] as Tensor);
      dh[t] = all;
      dq[t] = now;
      carried = through(now, weight, mul(all, kept[t] as Tensor));
    }
    const products = stack(dq);
    const [toOpen] = split(products, [2 * hidden, hidden], 1) as [Tensor, Tensor];
    const toProjected = concat([toOpen, mul(stack(dh), toCandidate)], 1);
    const toBias = bias === undefined ? [] : [reduceSum(products, 0)];
    return [toProjected, weightGradient(hBefore, products), undefined, undefined, undefined, undefined, ...toBias];
  });
}

const forms: Readonly<Record<CellName, (run: Unrolled) => Tensor>> = { rnn, lstm, gru };
