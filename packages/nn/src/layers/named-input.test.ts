// What layers say of inputs by other names, of masks of another length, and of what is no layer.
import { describe, expect, test } from "vitest";
import type { Examples, FitOptions, Layer, LayerInput, NnError, TensorData } from "../index.ts";
import {
  adam,
  crossEntropy,
  fit,
  gru,
  linear,
  lstm,
  lstmClassifier,
  multiHeadAttention,
  relu,
  rnn,
  sequential,
  textTransformer,
  transformerDecoder,
  transformerEncoder,
} from "../index.ts";

const numbers = (...shape: number[]): TensorData => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3) / 3),
  shape,
});
const tokens: TensorData = { data: BigInt64Array.from({ length: 30 }, (_, i) => BigInt(i % 5)), shape: [6, 5] };
const steps = numbers(6, 5, 4);
const target: TensorData = { data: new BigInt64Array(6), shape: [6] };

async function refusal(net: () => unknown, inputs: Examples["inputs"]) {
  try {
    const options = { data: { inputs, target }, loss: crossEntropy(), optimizer: adam(), epochs: 1, batchSize: 3 };
    await fit(net() as Layer, options as unknown as FitOptions).result;
    return "no error";
  } catch (error) {
    return `${(error as NnError).code}: ${(error as NnError).message}`;
  }
}

const text = { vocabulary: 5, classes: 3 };
const block = { heads: 2 };
const layers: readonly (readonly [string, Layer<never>, TensorData])[] = [
  ["lstmClassifier", lstmClassifier({ ...text, width: 4, hidden: 4 }), tokens],
  ["textTransformer", textTransformer({ ...text, ...block, width: 4, layers: 1 }), tokens],
  ["rnn(3)", rnn(3, { returns: "last" }), steps],
  ["lstm(3)", lstm(3, { returns: "last" }), steps],
  ["gru(3)", gru(3, { returns: "last" }), steps],
  ["multiHeadAttention(2)", multiHeadAttention(2), steps],
  ["transformerEncoderBlock", transformerEncoder(1, block), steps],
];

describe.each(layers)("%s", (name, net, x) => {
  test("refuses a misspelt name", async () => {
    const message = await refusal(() => net, { x, maks: numbers(6, 5) });
    expect(message).toContain(
      `training-data-invalid: ${name}: it was given an input "maks"; its inputs by name are x, `,
    );
    expect(await refusal(() => net, { tokens: x })).toContain(`${name}: it was given an input "tokens"`);
  });
  test("refuses a mask of another length", async () => {
    expect(await refusal(() => net, { x, mask: numbers(6, 4) })).toMatch(
      /^shape-mismatch: .*the mask has shape \[3, 4\]/,
    );
  });
});

test("a decoder names its inputs", async () => {
  expect(await refusal(() => transformerDecoder(1, block), { x: steps, memroy: steps })).toContain(
    'an input "memroy"; its inputs by name are x, memory, mask, memoryMask',
  );
});

test("several inputs are refused where one is taken", async () => {
  const several = { a: numbers(6, 4), b: numbers(6, 4) };
  expect(await refusal(() => linear(3), several)).toContain("{ a: [N, 4], b: [N, 4] }");
  const first = relu() as unknown as Layer<LayerInput>;
  expect(await refusal(() => sequential(first, linear(3)), several)).toContain(
    "graph-invalid: Relu was given several tensors by name (a, b)",
  );
});

test("sequential takes layers only", async () => {
  const make = (...parts: unknown[]) => sequential(...(parts as [Layer]));
  const message = (...parts: unknown[]) => refusal(() => make(...parts), numbers(6, 4));
  expect(await message()).toBe("graph-invalid: sequential: it was given no layer.");
  expect(await message(linear(3), relu)).toContain("sequential: in the place 1 stands the function");
  expect(await message(linear(3), undefined)).toContain("in the place 1 stands undefined");
});

test("ready networks on texts need their sizes", async () => {
  const without = { ...text, ...block, layers: 1 } as unknown as Parameters<typeof textTransformer>[0];
  expect(await refusal(() => textTransformer(without), tokens)).toBe(
    "attribute-invalid: textTransformer: width is undefined.",
  );
});
