// Catalogue entries of the recurrent operators: RNN, GRU and LSTM over whole sequences.
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Dim, Shape } from "../../shape.ts";
import { formatShape } from "../../shape.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, oneType, required, takes } from "../spec.ts";
import { int32, spec } from "./spec.ts";

const attributes = {
  activation_alpha: "floats",
  activation_beta: "floats",
  activations: "strings",
  clip: "float",
  direction: "string",
  hidden_size: "int",
} as const;

/** Whether two sizes can be the same at run time: a name may turn out to be any number. */
const compatible = (a: Dim | undefined, b: Dim): boolean => a === b || typeof a === "string" || typeof b === "string";

function check(a: Application, index: number, what: string, shape: Shape): void {
  const given = a.inputs[index]?.shape;
  if (given === undefined) return;
  if (given.length === shape.length && shape.every((dim, i) => compatible(given[i], dim))) return;
  throw new NnError(
    "shape-mismatch",
    `${a.op}: its ${what} is ${formatShape(given)}; ${formatShape(shape)} is needed.`,
    "Give sequences [time, batch, features] and weights stacked as ONNX describes them.",
  );
}

/**
 * Inputs: sequences [time, batch, features], weights [directions, gates × hidden, features] and [directions, gates ×
 * hidden, hidden], then optionally biases [directions, 2 × gates × hidden], lengths [batch], states before the first
 * step [directions, batch, hidden] and peepholes [directions, 3 × hidden]. Outputs: [time, directions, batch, hidden]
 * and the states after the last step.
 */
function recurrent(
  { gates, states, activations }: Readonly<Record<"gates" | "states" | "activations", number>>,
  own: Readonly<Record<string, "int">>,
): OpSpec {
  return spec(
    [3, states === 2 ? 8 : 6],
    (a) => {
      takes(a, floatTypes, 0, 1, 2, 3, 5, 6, 7);
      takes(a, int32, 4);
      const dtype = oneType(a, 0, 1, 2, 3, 5, 6, 7);
      const { shape } = required(a, 0);
      const hidden = required(a, 2).shape[2];
      const { direction = "forward" } = a.attributes;
      const directions = direction === "bidirectional" ? 2 : 1;
      const known = ["forward", "reverse", "bidirectional"].includes(String(direction));
      if (!known || typeof hidden !== "number" || intAttribute(a.attributes, "hidden_size", 0) !== hidden) {
        throw new NnError(
          "attribute-invalid",
          `${a.op}: direction ${JSON.stringify(direction)} or hidden_size ${String(a.attributes.hidden_size)} does not fit ${formatShape(required(a, 2).shape)}.`,
          "Give forward, reverse or bidirectional, and the hidden size of the weights.",
        );
      }
      const named = a.attributes.activations;
      if (Array.isArray(named) && named.length !== activations * directions) {
        throw new NnError(
          "attribute-invalid",
          `${a.op}: it names ${named.length} activations; ${directions} directions have ${activations} each.`,
          "Name each direction's activations, or none.",
        );
      }
      const [time = 1, batch = 1, features = 1] = shape;
      const state = [directions, batch, hidden];
      check(a, 0, "input", [time, batch, features]);
      check(a, 1, "weight", [directions, gates * hidden, features]);
      check(a, 2, "recurrent weight", [directions, gates * hidden, hidden]);
      check(a, 3, "bias", [directions, 2 * gates * hidden]);
      check(a, 4, "list of lengths", [batch]);
      check(a, 5, "initial state", state);
      check(a, 6, "initial cell state", state);
      check(a, 7, "peephole", [directions, 3 * hidden]);
      return [
        { dtype, shape: [time, directions, batch, hidden] },
        ...Array.from({ length: states }, () => ({ dtype, shape: state })),
      ].slice(0, a.outputCount);
    },
    { ...attributes, ...own },
  );
}

export const recurrentOps: Readonly<Record<string, OpSpec>> = {
  RNN: recurrent({ gates: 1, states: 1, activations: 1 }, {}),
  /** Gates: update, reset, candidate. */
  GRU: recurrent({ gates: 3, states: 1, activations: 2 }, { linear_before_reset: "int" }),
  /** Gates: input, output, forget, candidate. */
  LSTM: recurrent({ gates: 4, states: 2, activations: 3 }, { input_forget: "int" }),
};
