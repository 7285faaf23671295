// What the operators RNN, GRU and LSTM compute, written step by step in operators that have gradients.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "./apply.ts";
import type { Attributes, Tensor } from "./node.ts";
import { constantNode } from "./node.ts";
import { int64s, like, reshape, scalar, squeeze, unsqueeze, where } from "./operators.ts";
import { cut, product, recurrentSteps } from "./recurrent-steps.ts";

/** One application of RNN, GRU or LSTM. */
export interface RecurrentOperator {
  readonly op: string;
  readonly attributes: Attributes;
  readonly inputs: readonly (Tensor | undefined)[];
}

const usual: Readonly<Record<string, readonly string[]>> = {
  RNN: ["tanh"],
  GRU: ["sigmoid", "tanh"],
  LSTM: ["sigmoid", "tanh", "tanh"],
};
const operators: Readonly<Record<string, string>> = {
  relu: "Relu",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  tanh: "Tanh",
};

export function isRecurrent(op: string): boolean {
  return Object.hasOwn(usual, op);
}

/** The activations of each direction by name, in small letters: names do not depend on the case. */
function activationsOf({ op, attributes }: RecurrentOperator): readonly (readonly string[])[] {
  const own = usual[op] ?? [];
  const given = (attributes.activations as readonly string[] | undefined)?.map((name) => name.toLowerCase());
  const directions = attributes.direction === "bidirectional" ? [0, 1] : [0];
  return directions.map((d) => given?.slice(d * own.length, (d + 1) * own.length) ?? own);
}

/** Whether the activations are the operator's usual ones. */
export function hasUsualActivations(operator: RecurrentOperator): boolean {
  return activationsOf(operator).every((names) => names.join() === usual[operator.op]?.join());
}

/** What `operator` asks for that is not written here. */
export function unwritten(operator: RecurrentOperator): string | undefined {
  const { attributes, inputs } = operator;
  const foreign = activationsOf(operator)
    .flat()
    .find((name) => !Object.hasOwn(operators, name));
  if (foreign !== undefined) return `the activation ${JSON.stringify(foreign.slice(0, 40))}`;
  if (inputs[7] !== undefined) return "peepholes";
  if (attributes.clip !== undefined) return "clip";
  if ((attributes.input_forget ?? 0) !== 0) return "input_forget";
  const known = inputs[0]?.shape.slice(0, 2).every((dim) => typeof dim === "number");
  return known ? undefined : "a batch or a length that is not known";
}

/** The operator's outputs, all of them, one step after the other. Throws `no-gradient` for what is not written here. */
export function unrolledOperator(operator: RecurrentOperator): readonly Tensor[] {
  const { op, attributes, inputs } = operator;
  const missing = unwritten(operator);
  if (missing !== undefined) {
    throw new NnError(
      "no-gradient",
      `The operator ${op} has no gradient with ${missing}.`,
      "Freeze it and what stands before it, or train a network without that, on batches of known sizes.",
    );
  }
  const [x, weight, hiddenWeight, bias, lengths] = inputs as readonly [Tensor, Tensor, Tensor, Tensor?, Tensor?];
  const live = lengths === undefined ? undefined : liveSteps(lengths, x);
  const weights = byDirection(weight);
  const hiddenWeights = byDirection(hiddenWeight);
  const biases = bias === undefined ? undefined : byDirection(bias);
  const initial = (op === "LSTM" ? [5, 6] : [5]).map((i) => initialStates(inputs[i], x, hiddenWeight));
  const reverse = attributes.direction === "reverse";
  const runs = activationsOf(operator).map((names, d) =>
    runDirection({
      operator,
      weight: weights[d] as Tensor,
      hiddenWeight: hiddenWeights[d] as Tensor,
      bias: biases?.[d],
      initial: initial.map((states) => states[d] as Tensor),
      activations: names.map((name) => (value) => apply(operators[name] as string, [value])),
      live,
      reverse: d === 1 || reverse,
    }),
  );
  const states = initial.map((_, i) =>
    joined(
      runs.map(({ last }) => unsqueeze(last[i] as Tensor, [0])),
      0,
    ),
  );
  return [
    joined(
      runs.map(({ outputs }) => outputs),
      1,
    ),
    ...states,
  ];
}

interface Run {
  readonly operator: RecurrentOperator;
  readonly weight: Tensor;
  readonly hiddenWeight: Tensor;
  /** [2 × gates × hidden]. */
  readonly bias: Tensor | undefined;
  readonly initial: readonly Tensor[];
  readonly activations: readonly ((x: Tensor) => Tensor)[];
  readonly live: readonly Tensor[] | undefined;
  readonly reverse: boolean;
}

/** Outputs [time, 1, batch, hidden] and the last states [batch, hidden]. */
function runDirection({ operator, weight, hiddenWeight, bias, initial, activations, live, reverse }: Run): {
  readonly outputs: Tensor;
  readonly last: readonly Tensor[];
} {
  const x = operator.inputs[0] as Tensor;
  const [time, batch, features] = x.shape as readonly [number, number, number];
  const hidden = hiddenWeight.shape[1] as number;
  const width = weight.shape[0] as number;
  const [inputBias, hiddenBias] = bias === undefined ? [] : cut(bias, [width, width], 0);
  const projected = product(reshape(x, int64s([time * batch, features])), weight, inputBias);
  const parts = cut(projected, new Array<number>(time).fill(batch), 0);
  const step = recurrentSteps[operator.op]?.({
    hiddenWeight,
    hiddenBias,
    hidden,
    activations,
    linearBeforeReset: (operator.attributes.linear_before_reset ?? 0) !== 0,
  });
  const outputs: Tensor[] = [];
  let states = initial;
  for (let i = 0; i < time; i++) {
    const t = reverse ? time - 1 - i : i;
    const after = step?.(states, parts[t] as Tensor) ?? [];
    const real = live?.[t];
    const before = states;
    states = real === undefined ? after : after.map((state, k) => where(real, state, before[k] as Tensor));
    const h = after[0] as Tensor;
    outputs[t] = real === undefined ? h : where(real, h, like(0, h));
  }
  return { outputs: reshape(joined(outputs, 0), int64s([time, 1, batch, hidden])), last: states };
}

/** For each step whether it is real, [batch, 1]. */
function liveSteps(lengths: Tensor, x: Tensor): readonly Tensor[] {
  const column = unsqueeze(lengths, [1]);
  return Array.from({ length: x.shape[0] as number }, (_, t) => apply("Less", [scalar(t, "int32"), column]));
}

function initialStates(given: Tensor | undefined, x: Tensor, hiddenWeight: Tensor): readonly Tensor[] {
  if (given !== undefined) return byDirection(given);
  const [batch, hidden] = [x.shape[1] as number, hiddenWeight.shape[2] as number];
  const zeros = constantNode(numbersToData(new Array<number>(batch * hidden).fill(0), [batch, hidden], x.dtype));
  return new Array<Tensor>(hiddenWeight.shape[0] as number).fill(zeros);
}

/** Parts along the first axis, one a direction, without that axis. */
function byDirection(tensor: Tensor): readonly Tensor[] {
  const ones = new Array<number>(tensor.shape[0] as number).fill(1);
  return cut(tensor, ones, 0).map((part) => squeeze(part, [0]));
}

const joined = (parts: readonly Tensor[], axis: number): Tensor =>
  parts.length === 1 ? (parts[0] as Tensor) : apply("Concat", parts, { axis });
