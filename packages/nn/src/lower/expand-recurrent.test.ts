// Recurrent operators written out for training: the operator's own values, and the gradients of its rule, which the
// conformance table holds to finite differences. Plain ones take the layers' form, others the general one.
import { describe, expect, test } from "vitest";
import { applyAll } from "../graph/apply.ts";
import { topological } from "../graph/build.ts";
import type { Attributes, Node, Tensor } from "../graph/node.ts";
import type { Layer, TensorData } from "../index.ts";
import {
  buildGraph,
  constant,
  createSession,
  evaluationContext,
  expand,
  gradients,
  gru,
  input,
  lstm,
  mul,
  NnError,
  reduceSum,
  reshape,
  rng,
  rnn,
} from "../index.ts";
import { constantParameters } from "../layers/parameters.ts";
import type { SequenceInput } from "../layers/recurrent/recurrent.ts";
import { expandRecurrent } from "./expand-recurrent.ts";

const [time, batch, features, hidden] = [4, 3, 2, 3];
const gates: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };

interface Case {
  readonly op: string;
  readonly attributes?: Attributes;
  readonly outputs: readonly number[];
  readonly bias?: boolean;
  readonly initial?: "zeros" | "given";
  readonly lengths?: readonly number[];
}

/** The operator on inputs by name; the results that count, each flat. */
function build({ op, attributes = {}, outputs, bias = true, initial, lengths }: Case) {
  const directions = attributes.direction === "bidirectional" ? 2 : 1;
  const width = (gates[op] as number) * hidden;
  const inputs = [
    input("x", "float32", [time, batch, features]),
    input("w", "float32", [directions, width, features]),
    input("r", "float32", [directions, width, hidden]),
    ...(bias ? [input("b", "float32", [directions, 2 * width])] : []),
    ...(initial === "given" ? [input("h", "float32", [directions, batch, hidden])] : []),
  ];
  const zeros = expand(constant(0), [directions, batch, hidden]);
  const state = initial === "zeros" ? zeros : initial === "given" ? inputs[inputs.length - 1] : undefined;
  const sizes = lengths && constant({ data: Int32Array.from(lengths), shape: [batch] });
  const states = op === "LSTM" ? [state, state] : [state];
  const given = [...inputs.slice(0, 3), bias ? inputs[3] : undefined, sizes, ...states];
  const all = applyAll(op, given, { hidden_size: hidden, ...attributes }, op === "LSTM" ? 3 : 2);
  return { inputs, results: outputs.map((i) => reshape(all[i] as Tensor, [-1])) };
}

async function valuesOf(inputs: readonly Tensor[], results: readonly Tensor[]): Promise<readonly number[][]> {
  const random = rng(5);
  const feeds = Object.fromEntries(
    inputs.map(({ node, shape }): readonly [string, TensorData] => {
      const sizes = shape.map(Number);
      const count = sizes.reduce((a, b) => a * b, 1);
      return [
        node.name ?? "",
        { data: Float32Array.from({ length: count }, () => random.uniform(-1, 1)), shape: sizes },
      ];
    }),
  );
  const weighted = results.map((y, i) => {
    const data = Float32Array.from({ length: Number(y.shape[0]) }, (_, k) => Math.sin(k + i));
    return reduceSum(mul(y, constant({ data, shape: [data.length] })));
  });
  const loss = weighted.reduce((sum, part) => applyAll("Add", [sum, part])[0] as Tensor);
  const named = Object.fromEntries([...results, ...gradients(loss, inputs)].map((y, i) => [`y${i}`, y] as const));
  const session = await createSession(buildGraph(named, { inputs }));
  const found = await session.run(feeds);
  await session.close();
  return Object.keys(named).map((name) => Array.from(found[name]?.data as Float32Array));
}

const opsOf = (tensors: readonly Tensor[]): ReadonlySet<string> => new Set(topological(tensors).map(({ op }) => op));
const byHand = (tensors: readonly Tensor[]): readonly Node[] =>
  topological(tensors).filter(({ customGradient }) => customGradient !== undefined);

const both = { direction: "bidirectional" };
const pytorch = { ...both, linear_before_reset: 1 };
const plain: Readonly<Record<string, Case>> = {
  "RNN, all steps": { op: "RNN", outputs: [0] },
  "RNN, reverse, the last state": { op: "RNN", attributes: { direction: "reverse" }, outputs: [1] },
  "GRU, both directions": { op: "GRU", attributes: pytorch, outputs: [0], initial: "zeros" },
  "GRU, both directions, the last state": { op: "GRU", attributes: pytorch, outputs: [1] },
  "LSTM, usual activations by name": {
    op: "LSTM",
    attributes: { activations: ["Sigmoid", "TANH", "tanh"] },
    outputs: [0],
    bias: false,
  },
  "LSTM, both directions, all steps and the last state": {
    op: "LSTM",
    attributes: both,
    outputs: [0, 1],
    initial: "zeros",
  },
};
const general: Readonly<Record<string, Case>> = {
  "RNN, ReLU": { op: "RNN", attributes: { ...both, activations: ["Relu", "Tanh"] }, outputs: [0, 1] },
  "GRU, reset before the product": { op: "GRU", attributes: both, outputs: [0] },
  "GRU, lengths": { op: "GRU", attributes: pytorch, outputs: [0, 1], lengths: [4, 1, 2] },
  "LSTM, initial states": { op: "LSTM", attributes: both, outputs: [0], initial: "given" },
  "LSTM, the cell state is read": { op: "LSTM", attributes: { direction: "reverse" }, outputs: [1, 2] },
  "LSTM, lengths": { op: "LSTM", attributes: both, outputs: [0, 2], lengths: [2, 4, 1], initial: "given" },
};

describe.each([
  ["plain", plain],
  ["general", general],
] as const)("%s", (kind, cases) => {
  test.each(Object.entries(cases))("%s", async (_, given) => {
    const { inputs, results } = build(given);
    const written = expandRecurrent(results, inputs);
    expect(opsOf(written).has(given.op)).toBe(false);
    expect(byHand(written).length > 0).toBe(kind === "plain");
    const [expected, found] = [await valuesOf(inputs, results), await valuesOf(inputs, written)];
    for (const [i, list] of expected.entries()) {
      expect(found[i]).toHaveLength(list.length);
      expect(Math.max(...list.map((value, k) => Math.abs(value - (found[i]?.[k] ?? Number.NaN))))).toBeLessThan(1e-5);
    }
  });
});

test("an operator that depends on no trained tensor stays", () => {
  const { results } = build({ op: "LSTM", outputs: [0] });
  expect(expandRecurrent(results, [input("other", "float32", [2])])).toEqual(results);
});

test("outside training a layer is the operator, where it is the faster and no mask asks for more", () => {
  const shape = ["N", "T", features];
  const opsIn = (layer: Layer<SequenceInput>, given: Readonly<Record<string, Tensor>>): ReadonlySet<string> => {
    const parameters = constantParameters(layer.init(shape, rng(1)));
    return opsOf([layer.apply(parameters, (given.mask ? given : given.x) as Tensor, evaluationContext())]);
  };
  const x = input("x", "float32", shape);
  const mask = input("mask", "float32", ["N", "T"]);
  expect(opsIn(lstm(hidden, { bidirectional: true }), { x })).toContain("LSTM");
  expect(opsIn(gru(hidden), { x })).toContain("GRU");
  expect(opsIn(rnn(hidden), { x })).toContain("Scan");
  expect(opsIn(lstm(hidden), { x, mask })).toContain("Scan");
});

describe("no gradient, and a clear error", () => {
  const codeOf = (action: () => unknown): string => {
    try {
      action();
      return "no error";
    } catch (error) {
      expect(error).toBeInstanceOf(NnError);
      return `${(error as NnError).code}: ${(error as NnError).message}`;
    }
  };
  const x = input("x", "float32", [time, batch, features]);
  const [w, r] = [input("w", "float32", [1, 12, features]), input("r", "float32", [1, 12, hidden])];
  const operator = (attributes: Attributes, from = x, peepholes?: Tensor): Tensor => {
    const given = [from, w, r, undefined, undefined, undefined, undefined, peepholes];
    return applyAll("LSTM", given, { hidden_size: hidden, ...attributes }, 1)[0] as Tensor;
  };
  test.each<[string, string, () => Tensor]>([
    ["peepholes", "peepholes", () => operator({}, x, input("p", "float32", [1, 9]))],
    ["clip", "clip", () => operator({ clip: 3 })],
    ["input_forget", "input_forget", () => operator({ input_forget: 1 })],
    ["another activation", '"affine"', () => operator({ activations: ["Affine", "Tanh", "Tanh"] })],
    ["a length that is not known", "not known", () => operator({}, input("x", "float32", ["T", batch, features]))],
  ])("%s", (_, message, make) => {
    const said = codeOf(() => gradients(reduceSum(make()), [w]));
    expect(said).toContain("no-gradient");
    expect(said).toContain(message);
  });

  test.each<[string, string, () => unknown]>([
    ["a weight of another width", "shape-mismatch", () => applyAll("GRU", [x, w, r], { hidden_size: hidden })],
    ["no hidden size", "attribute-invalid", () => applyAll("LSTM", [x, w, r])],
    ["too few activations", "attribute-invalid", () => operator({ activations: ["Tanh"] })],
    ["a direction that is none", "attribute-invalid", () => operator({ direction: "sideways" })],
    [
      "lengths that are no int32",
      "dtype-mismatch",
      () => applyAll("LSTM", [x, w, r, undefined, x], { hidden_size: 3 }),
    ],
  ])("%s is refused", (_, code, action) => {
    expect(codeOf(action)).toContain(code);
  });
});
