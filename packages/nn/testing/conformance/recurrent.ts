// Gradient conformance of the recurrent operators.
import { apply, applyAll } from "../../src/graph/apply.ts";
import type { Attributes } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";

const gates = { RNN: 1, GRU: 3, LSTM: 4 } as const;
const [time, batch, features, hidden] = [3, 2, 3, 2];

interface Form {
  readonly op: keyof typeof gates;
  readonly attributes?: Attributes;
  /** Lengths of the sequences. */
  readonly lengths?: readonly number[];
  /** Which outputs count (default: the first). */
  readonly outputs?: readonly number[];
  /** Only sequences and weights are given. */
  readonly bare?: boolean;
}

/** All inputs of one application are differentiated; the results that count are joined into one vector. */
function recurrentCase({ op, attributes = {}, lengths, outputs = [0], bare = false }: Form): GradientCase {
  const directions = attributes.direction === "bidirectional" ? 2 : 1;
  const width = gates[op] * hidden;
  const state = [directions, batch, hidden];
  const weights = [
    [directions, width, features],
    [directions, width, hidden],
  ];
  const more = [[directions, 2 * width], state, ...(op === "LSTM" ? [state] : [])];
  return {
    op,
    shapes: [[time, batch, features], ...weights, ...(bare ? [] : more)],
    dtype: "float32",
    range: [-1, 1],
    build: (x, w, r, bias, ...states) => {
      const sizes = lengths && t.constant({ data: Int32Array.from(lengths), shape: [batch] });
      const inputs = bare ? [x, w, r] : [x, w, r, bias, sizes, ...states];
      const results = applyAll(op, inputs, { hidden_size: hidden, ...attributes }, op === "LSTM" ? 3 : 2);
      return apply(
        "Concat",
        outputs.map((i) => t.reshape(results[i] as t.Tensor, [-1])),
        { axis: 0 },
      );
    },
  };
}

const bidirectional = { direction: "bidirectional" };

export const recurrentCases: readonly GradientCase[] = [
  recurrentCase({ op: "RNN", bare: true }),
  recurrentCase({ op: "RNN", attributes: bidirectional, outputs: [0, 1], lengths: [3, 1] }),
  recurrentCase({ op: "RNN", attributes: { direction: "reverse", activations: ["Sigmoid"] }, outputs: [1] }),
  recurrentCase({ op: "GRU", attributes: { linear_before_reset: 1 } }),
  recurrentCase({ op: "GRU", bare: true, outputs: [1] }),
  recurrentCase({ op: "GRU", attributes: bidirectional, outputs: [0, 1], lengths: [1, 3] }),
  recurrentCase({
    op: "GRU",
    attributes: { direction: "reverse", linear_before_reset: 1, activations: ["Tanh", "Softplus"] },
  }),
  recurrentCase({ op: "LSTM" }),
  recurrentCase({ op: "LSTM", bare: true, outputs: [2] }),
  recurrentCase({ op: "LSTM", attributes: bidirectional, outputs: [0, 1, 2], lengths: [2, 3] }),
  recurrentCase({
    op: "LSTM",
    attributes: { direction: "reverse", activations: ["Sigmoid", "Softplus", "Tanh"] },
    outputs: [1, 2],
  }),
];
