// Recurrent layers: rnn, lstm and gru, in one or both directions, over sequences of equal or different lengths.

import { NnError } from "../../errors.ts";
import { applyAll } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import * as ops from "../../graph/operators.ts";
import { knownOptions } from "../../known-options.ts";
import type { Dim, Shape } from "../../shape.ts";
import { formatShape } from "../../shape.ts";
import { cast, greater, mul, where } from "../../tensor/elementwise.ts";
import { constant } from "../../tensor/leaves.ts";
import { scan } from "../../tensor/loops.ts";
import { gemm } from "../../tensor/matrices.ts";
import { gather } from "../../tensor/picking.ts";
import { concat, expand, reshape, slice, split, squeeze, transpose, unsqueeze } from "../../tensor/shaping.ts";
import type { Context, Layer, Parameters, ParameterTensors } from "../layer.ts";
import { checkInputNames, checkMask } from "../named-input.ts";
import type { Rng } from "../rng.ts";
import type { CellName, CellWeights } from "./cells.ts";
import { cells } from "./cells.ts";
import { unrolled } from "./unrolled.ts";

/** Sequences [batch, time, features], alone or with `mask` [batch, time]: not 0 where a step is real. Padding stands last. */
export type SequenceInput = Tensor | Readonly<Record<"x" | "mask", Tensor>>;

export interface RecurrentOptions {
  /** Run over the sequence from both ends and join the results (default false). */
  readonly bidirectional?: boolean;
  /** "sequence" (default): outputs of all steps [batch, time, hidden]; "last": the last real step's [batch, hidden]. */
  readonly returns?: "sequence" | "last";
}

/** h ← tanh(x W + h U + b) (Elman 1990). */
export function rnn(hidden: number, options: RecurrentOptions = {}): Layer<SequenceInput> {
  return recurrent("rnn", hidden, options);
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate. Weights start uniform in ±1/√hidden, as
 * PyTorch's; there is one bias, the sum of PyTorch's two. Columns stand in the order input, forget, output, candidate.
 */
export function lstm(hidden: number, options: RecurrentOptions = {}): Layer<SequenceInput> {
  return recurrent("lstm", hidden, options);
}

/**
 * Gated recurrent unit (Cho et al. 2014) in PyTorch's form, with a bias of its own in the product with the state.
 * Columns stand in the order reset, update, candidate.
 */
export function gru(hidden: number, options: RecurrentOptions = {}): Layer<SequenceInput> {
  return recurrent("gru", hidden, options);
}

function partsOf(input: SequenceInput): { readonly x: Tensor; readonly mask: Tensor | undefined } {
  return "node" in input ? { x: input as Tensor, mask: undefined } : (input as Record<"x" | "mask", Tensor>);
}

function recurrent(name: CellName, hidden: number, options: RecurrentOptions): Layer<SequenceInput> {
  knownOptions<RecurrentOptions>(name, options, { bidirectional: true, returns: true });
  const { bidirectional = false, returns = "sequence" } = options;
  if (returns !== "sequence" && returns !== "last") {
    throw new NnError(
      "attribute-invalid",
      `${name}: returns is ${JSON.stringify(returns)}.`,
      'Give "sequence" for the outputs of all steps, or "last".',
    );
  }
  const label = `${name}(${hidden})`;
  const directions = bidirectional ? (["forward", "backward"] as const) : (["forward"] as const);
  return Object.freeze({
    name: label,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      checkInputNames(label, inputShape, ["x"], ["mask"]);
      const shape = Array.isArray(inputShape) ? (inputShape as Shape) : (inputShape as Record<string, Shape>).x;
      const features = shape?.[2];
      if (shape?.length !== 3 || typeof features !== "number") {
        throw new NnError(
          "shape-mismatch",
          `${label}: its input has shape ${formatShape(shape ?? [])}.`,
          "Give sequences [batch, time, features] with a known number of features.",
        );
      }
      return Object.fromEntries(
        directions.map((direction, i) => [direction, initial(name, features, hidden, random.fork(i))] as const),
      );
    },
    apply(parameters: ParameterTensors, input: SequenceInput, context: Context): Tensor {
      checkInputNames(label, input, ["x"], ["mask"]);
      const { x, mask } = partsOf(input);
      checkMask(label, x, mask);
      const results = directions.map((direction) => {
        const own = parameters[direction] as Readonly<Record<string, Tensor>>;
        const run = { name, hidden, x, mask, own, reverse: direction === "backward", last: returns === "last" };
        const known = typeof x.shape[0] === "number" && typeof x.shape[1] === "number";
        if (context.training && known) return throughUnrolled(run);
        // ONNX Runtime's RNN takes up to four times as long as a Scan; LSTM and GRU a sixth to all of the time.
        return mask === undefined && !context.training && name !== "rnn" ? throughOperator(run) : throughScan(run);
      });
      return results.length === 1 ? (results[0] as Tensor) : concat(results, (results[0] as Tensor).shape.length - 1);
    },
  } satisfies Layer<SequenceInput>);
}

function initial(name: CellName, features: number, hidden: number, random: Rng): Parameters {
  const width = cells[name].gates * hidden;
  const bound = 1 / Math.sqrt(hidden);
  const draw = (...shape: number[]) => ({
    data: Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => random.uniform(-bound, bound)),
    shape,
  });
  return {
    weight: draw(features, width),
    hiddenWeight: draw(hidden, width),
    bias: draw(width),
    ...(name === "gru" ? { hiddenBias: draw(width) } : {}),
  };
}

interface Run {
  readonly name: CellName;
  readonly hidden: number;
  /** [batch, time, features]. */
  readonly x: Tensor;
  readonly mask: Tensor | undefined;
  readonly own: Readonly<Record<string, Tensor>>;
  readonly reverse: boolean;
  readonly last: boolean;
}

/** The inputs of all steps, time first: [time × batch, features]. */
function rowsOf({ x }: Run): Tensor {
  return reshape(transpose(x, [1, 0, 2]), [-1, x.shape[2] as number]);
}

function weightsOf({ own }: Run): CellWeights {
  return { hiddenWeight: own.hiddenWeight as Tensor, hiddenBias: own.hiddenBias };
}

/** bool [time, batch]: where a step is real. */
function liveOf({ x, mask }: Run): Tensor | undefined {
  return mask && greater(transpose(cast(mask, x.dtype), [1, 0]), constant(0, x.dtype));
}

function throughUnrolled(run: Run): Tensor {
  const { hidden, reverse, last, own, x } = run;
  const [batch, time] = x.shape as readonly [number, number];
  const outputs = unrolled(run.name, {
    x: reshape(transpose(x, [1, 2, 0]), [-1, batch]),
    live: liveOf(run),
    weight: own.weight as Tensor,
    bias: own.bias as Tensor,
    hiddenWeight: own.hiddenWeight as Tensor,
    hiddenBias: own.hiddenBias,
    time,
    batch,
    hidden,
    reverse,
    last,
  });
  return last ? transpose(outputs) : transpose(reshape(outputs, [time, hidden, batch]), [2, 0, 1]);
}

/** ONNX's own operator, for any length and batch size. It gives no gates to take a gradient from. */
function throughOperator({ name, hidden, x, own, reverse, last }: Run): Tensor {
  const { operator, operatorOrder } = cells[name];
  /** [gates × hidden, …] in the operator's order. */
  const ordered = (stack: Tensor): Tensor => {
    const parts = split(
      stack,
      operatorOrder.map(() => hidden),
      0,
    );
    return concat(
      operatorOrder.map((at) => parts[at] as Tensor),
      0,
    );
  };
  const bias = own.bias as Tensor;
  const outputs = applyAll(
    operator,
    [
      transpose(x, [1, 0, 2]),
      unsqueeze(ordered(transpose(own.weight as Tensor)), 0),
      unsqueeze(ordered(transpose(own.hiddenWeight as Tensor)), 0),
      unsqueeze(concat([ordered(bias), ordered(own.hiddenBias ?? mul(bias, 0))], 0), 0),
    ],
    {
      hidden_size: hidden,
      direction: reverse ? "reverse" : "forward",
      ...(name === "gru" ? { linear_before_reset: 1 } : {}),
    },
    last ? 2 : 1,
  );
  return last ? squeeze(outputs[1] as Tensor, 0) : transpose(squeeze(outputs[0] as Tensor, 1), [1, 0, 2]);
}

/** One Scan for any length and batch size; steps that the mask leaves out keep the state and give zeros. */
function throughScan(run: Run): Tensor {
  const { name, hidden, x, reverse, last, own } = run;
  const [batch, time] = x.shape as readonly [Dim, Dim];
  const width = cells[name].gates * hidden;
  const byTime = transpose(x, [1, 0, 2]);
  const sizes = ops.shapeTensor([time, batch, width], x);
  const projected = ops.reshape(gemm(rowsOf(run), own.weight as Tensor, own.bias), sizes);
  const row = gather(byTime, constant(0, "int64"));
  const zero = expand(mul(slice(row, 0, 1, 1), 0), [batch, hidden], row);
  const weights = weightsOf(run);
  const states = Array.from({ length: cells[name].states }, () => zero);
  const step = cells[name].step;
  const live = liveOf(run);
  if (live === undefined) {
    const found = scan(
      states,
      [projected],
      (before, [part]) => {
        const after = step(before, part as Tensor, weights, hidden);
        return { states: after, outputs: [after[0] as Tensor] };
      },
      { reverse },
    );
    return last ? (found.states[0] as Tensor) : transpose(found.outputs[0] as Tensor, [1, 0, 2]);
  }
  const found = scan(
    states,
    [projected, unsqueeze(live, 2)],
    (before, [part, isLive]) => {
      const after = step(before, part as Tensor, weights, hidden);
      const kept = after.map((state, i) => where(isLive as Tensor, state, before[i] as Tensor));
      return { states: kept, outputs: [where(isLive as Tensor, after[0] as Tensor, 0)] };
    },
    { reverse },
  );
  return last ? (found.states[0] as Tensor) : transpose(found.outputs[0] as Tensor, [1, 0, 2]);
}
