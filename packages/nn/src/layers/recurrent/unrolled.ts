// Recurrent layers for training, with gradients written by hand: a loop over blocks of steps that are written out.
// A graph of all steps would have so many operators that the runtime finds none of them in the cache.
import { withGradient } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { constant } from "../../tensor/leaves.ts";
import { scan } from "../../tensor/loops.ts";
import { concat, reshape, split, transpose } from "../../tensor/shaping.ts";
import type { CellName } from "./cells.ts";
import type { Block, StateGradients } from "./unrolled-block.ts";
import { blockBackward, blockForward } from "./unrolled-block.ts";
import type { UnrolledCell, UnrolledWeights, Values } from "./unrolled-cell.ts";
import { unrolledGru } from "./unrolled-gru.ts";
import { unrolledLstm } from "./unrolled-lstm.ts";
import { unrolledRnn } from "./unrolled-rnn.ts";

/** One direction of a recurrent layer over a batch of known size. */
export interface Unrolled extends UnrolledWeights {
  /** [time × features, batch]: each step has `features` rows. */
  readonly x: Tensor;
  /** bool [time, batch]: where a step is real. The others keep the states, and give zeros. */
  readonly live: Tensor | undefined;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly reverse: boolean;
  /** Give the state after the last step in place of all outputs. */
  readonly last: boolean;
}

const cells: Readonly<Record<CellName, (weights: UnrolledWeights) => UnrolledCell>> = {
  rnn: unrolledRnn,
  lstm: unrolledLstm,
  gru: unrolledGru,
};

/** Columns of the products that give a block's weight gradients: with fewer, adding them up costs more than they do. */
const columns = 128;
/** Steps of a block: with more, the runtime no longer finds its operators in the cache. */
const most = 8;

/** Blocks of `size` steps that a loop runs through, and after them those steps that are left. */
interface Plan {
  readonly loops: number;
  readonly size: number;
  readonly rest: number;
}

function planOf({ time, batch }: Unrolled): Plan {
  const size = Math.min(most, Math.ceil(columns / batch));
  // Some steps are always left: with them the sums begin.
  const loops = Math.floor((time - 1) / size);
  return loops < 2 ? { loops: 0, size, rest: time } : { loops, size, rest: time - loops * size };
}

/** Outputs of all steps in the order of time, [time × hidden, batch], or the last state. States start at zero. */
export function unrolled(name: CellName, run: Unrolled): Tensor {
  const { x, weight, bias, hiddenWeight, hiddenBias, live, reverse, last } = run;
  const cell = cells[name](run);
  const plan = planOf(run);
  const [restX, loopedX] = cut(x, run, plan);
  const masks: readonly Tensor[] = live === undefined ? [] : (cut(live, run, plan) as readonly Tensor[]);
  const loop = loopedX && loopForward(cell, run, plan, loopedX, masks[1]);
  const block: Block = { count: plan.rest, reverse, live: masks[0] };
  const end = blockForward(cell, block, restX, loop?.states ?? new Array(cell.states).fill(zeros(run)));
  const names = Object.keys(end.made[0] as Values);
  const values = end.made.flatMap(flat);
  const result = last ? (end.states[0] as Tensor) : whole(loop?.outputs, end.outputs, run);
  const weights = [x, weight, bias, hiddenWeight, ...(hiddenBias === undefined ? [] : [hiddenBias])];
  const read = [...weights, ...masks, ...values, ...(loop?.values ?? [])];
  return withGradient(result, read, (gradient, now, _, wanted) => {
    const own = { weight: now[1] as Tensor, hiddenWeight: now[3] as Tensor };
    const masksNow = now.slice(weights.length, weights.length + masks.length);
    const valuesNow = now.slice(weights.length + masks.length);
    const [restGiven, loopedGiven] = last ? [] : cut(gradient, run, plan);
    const start: StateGradients = { states: [last ? gradient : undefined, ...new Array(cell.states - 1)], sums: [] };
    const made = named(valuesNow.slice(0, values.length), names);
    const first = blockBackward(cell, { ...block, live: masksNow[0] }, made, own, restGiven, start);
    const further =
      loop &&
      loopBackward(cell, run, plan, own, first, {
        values: valuesNow.slice(values.length),
        names,
        live: masksNow[1],
        given: loopedGiven,
        wantsX: wanted[0] === true,
      });
    return [whole(further?.x, first.x, run), ...weightSlopes((further ?? first).sums, run)];
  });
}

interface LoopForwards {
  readonly states: readonly Tensor[];
  /** What the gradient of every step of a block reads, [loops, …], step by step. */
  readonly values: readonly Tensor[];
  /** [loops, size × hidden, batch], where they are asked for. */
  readonly outputs: Tensor | undefined;
}

function loopForward(
  cell: UnrolledCell,
  run: Unrolled,
  { size }: Plan,
  x: Tensor,
  live: Tensor | undefined,
): LoopForwards {
  const { reverse, last } = run;
  const found = scan(
    new Array(cell.states).fill(zeros(run)),
    [x, ...(live === undefined ? [] : [live])],
    (before, [own, isLive]) => {
      const after = blockForward(cell, { count: size, reverse, live: isLive }, own as Tensor, before);
      return { states: after.states, outputs: [...after.made.flatMap(flat), ...(last ? [] : [after.outputs])] };
    },
    { reverse, history: false },
  );
  const { states, outputs } = found;
  return last
    ? { states, values: outputs, outputs: undefined }
    : { states, values: outputs.slice(0, -1), outputs: outputs[outputs.length - 1] };
}

interface Sequences {
  readonly values: readonly Tensor[];
  readonly names: readonly string[];
  readonly live: Tensor | undefined;
  /** Gradients of the outputs. */
  readonly given: Tensor | undefined;
  readonly wantsX: boolean;
}

/** The weights' gradients of all steps, and the looped inputs' where they are wanted. */
function loopBackward(
  cell: UnrolledCell,
  { reverse }: Unrolled,
  { size }: Plan,
  own: Readonly<Record<"weight" | "hiddenWeight", Tensor>>,
  after: StateGradients,
  { values, names, live, given, wantsX }: Sequences,
): { readonly sums: readonly Tensor[]; readonly x: Tensor | undefined } {
  const count = cell.states;
  const found = scan(
    // After a block every state has a gradient.
    [...(after.states as readonly Tensor[]), ...after.sums],
    [...values, ...[live, given].filter((sequence) => sequence !== undefined)],
    (before, elements) => {
      const made = named(elements.slice(0, values.length), names);
      const others = elements.slice(values.length);
      const block: Block = { count: size, reverse, live: live && others[0] };
      const grads: StateGradients = { states: before.slice(0, count), sums: before.slice(count) };
      const back = blockBackward(cell, block, made, own, given && others[others.length - 1], grads);
      return {
        states: [...(back.states as readonly Tensor[]), ...back.sums],
        outputs: wantsX ? [back.x] : [],
      };
    },
    { reverse: !reverse, history: false },
  );
  return { sums: found.states.slice(count), x: found.outputs[0] };
}

const flat = (made: Values): readonly Tensor[] => Object.values(made);

/** The steps' values by name, from one list of all. */
function named(list: readonly Tensor[], names: readonly string[]): readonly Values[] {
  return Array.from({ length: list.length / names.length }, (_, t) =>
    Object.fromEntries(names.map((name, i) => [name, list[t * names.length + i] as Tensor] as const)),
  );
}

function zeros({ x, batch, hidden }: Unrolled): Tensor {
  const data = x.dtype === "float64" ? new Float64Array(batch * hidden) : new Float32Array(batch * hidden);
  return constant({ data, shape: [hidden, batch] });
}

/** Of a tensor [time × rows, batch] what the loop leaves, and what it takes: [loops, size × rows, batch]. */
function cut(
  tensor: Tensor,
  { time, batch, reverse }: Unrolled,
  { loops, size, rest }: Plan,
): readonly [Tensor, Tensor?] {
  if (loops === 0) return [tensor];
  const rows = (tensor.shape[0] as number) / time;
  const sizes = [loops * size * rows, rest * rows];
  const [a, b] = split(tensor, reverse ? [...sizes].reverse() : sizes, 0) as [Tensor, Tensor];
  return [reverse ? a : b, reshape(reverse ? b : a, [loops, size * rows, batch])];
}

/** The two parts as one again. */
function whole(looped: Tensor | undefined, rest: Tensor, { batch, reverse }: Unrolled): Tensor {
  if (looped === undefined) return rest;
  const flatLooped = reshape(looped, [-1, batch]);
  return concat(reverse ? [rest, flatLooped] : [flatLooped, rest], 0);
}

/** weight, bias, hiddenWeight and hiddenBias from the sums of one product with both, or of one with each. */
function weightSlopes(sums: readonly Tensor[], { weight, hidden }: Unrolled): readonly Tensor[] {
  const [product, bias, hiddenProduct, hiddenBias] = sums as readonly [Tensor, Tensor, Tensor?, Tensor?];
  if (hiddenProduct !== undefined) return [transpose(product), bias, transpose(hiddenProduct), hiddenBias as Tensor];
  const [ofInputs, ofStates] = split(transpose(product), [weight.shape[0] as number, hidden], 0) as [Tensor, Tensor];
  return [ofInputs, bias, ofStates];
}
