// Recurrent and transformer layers equal PyTorch's from the same weights: outputs, and gradients of inputs and weights
// (tests/reference/sequence_layers.py). In training and in evaluation, which may be written differently.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AttentionInput, AttentionOutput, Layer, LayerInput, Parameters, Tensor, TensorData } from "../index.ts";
import {
  buildGraph,
  concat,
  constant,
  createSession,
  evaluationContext,
  gradients,
  gru,
  input,
  listParameters,
  lstm,
  mapParameters,
  mul,
  multiHeadAttention,
  reduceSum,
  relu,
  reshape,
  rng,
  rnn,
  transformerDecoderBlock,
  transformerEncoderBlock,
} from "../index.ts";

interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Tree {
  readonly [name: string]: Packed | Tree;
}

interface Case {
  readonly inputs: Record<string, Packed>;
  readonly given: Record<string, Packed>;
  readonly parameters: Tree;
  readonly output: Packed;
  readonly inputGradients: Record<string, Packed>;
  readonly parameterGradients: Tree;
}

const { cases } = JSON.parse(readFileSync(new URL("./fixtures/sequence-layers.json", import.meta.url), "utf8")) as {
  cases: Record<string, Case>;
};

/** A layer of two results as one of a vector. */
function behindEachOther(layer: Layer<AttentionInput, AttentionOutput>): Layer<LayerInput> {
  return {
    ...layer,
    apply(parameters, x, context) {
      const { output, weights } = layer.apply(parameters, x, context);
      return concat([reshape(output, [-1]), reshape(weights, [-1])], 0);
    },
  };
}

const both = { bidirectional: true } as const;
const last = { bidirectional: true, returns: "last" } as const;
const pre = { heads: 2, hidden: 6 } as const;
const post = { heads: 2, hidden: 6, norm: "post", activation: relu() } as const;
const layers: Record<string, Layer<LayerInput>> = {
  ...Object.fromEntries(
    Object.entries({ rnn, lstm, gru }).flatMap(([name, make]) => [
      [name, make(3)],
      [`${name}Both`, make(3, both)],
      [`${name}BothLast`, make(3, last)],
      [`${name}MaskedLast`, make(3, last)],
      [`${name}Masked`, make(3, both)],
    ]),
  ),
  attention: multiHeadAttention(2),
  attentionCausal: multiHeadAttention(2, { causal: true }),
  attentionMasked: multiHeadAttention(2),
  attentionCross: multiHeadAttention(2),
  attentionWeights: behindEachOther(multiHeadAttention(2, { weights: "mean" })),
  attentionWeightsHeads: behindEachOther(multiHeadAttention(2, { weights: "heads" })),
  encoderPre: transformerEncoderBlock(pre),
  encoderPost: transformerEncoderBlock(post),
  decoderPre: transformerDecoderBlock(pre),
  decoderPost: transformerDecoderBlock(post),
};

const unpack = ({ shape, data }: Packed): TensorData => ({ data: Float32Array.from(data), shape });
const unpackTree = (tree: Tree): Parameters =>
  Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      Array.isArray(value.data) ? unpack(value as Packed) : unpackTree(value as Tree),
    ]),
  );

test("every case of the fixture has a layer", () => {
  expect(Object.keys(layers).sort()).toEqual(Object.keys(cases).sort());
});

function close(found: TensorData | undefined, wanted: Packed): void {
  expect(found?.shape).toEqual(wanted.shape);
  wanted.data.forEach((value, i) => {
    const difference = Math.abs(Number(found?.data[i]) - value);
    expect(difference).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)));
  });
}

describe.each([true, false])("with training %s", (training) => {
  test.each(Object.keys(layers))("%s", async (name) => {
    const own = cases[name] as Case;
    const layer = layers[name] as Layer<LayerInput>;
    const parameters = unpackTree(own.parameters);
    const named = [...Object.entries(own.inputs), ...Object.entries(own.given)];
    const shapes = Object.fromEntries(named.map(([key, { shape }]) => [key, shape]));
    const single = Object.keys(shapes).length === 1;
    const made = layer.init((single ? shapes.x : shapes) as never, rng(1));
    const kinds = (tree: Parameters) =>
      listParameters(tree)
        .map(({ path, value }) => `${path} ${value.shape}`)
        .sort();
    expect(kinds(made)).toEqual(kinds(parameters));

    const inputs = Object.keys(own.inputs).map((key) => input(key, "float32", own.inputs[key]?.shape ?? []));
    const all: Record<string, Tensor> = {
      ...Object.fromEntries(inputs.map((x) => [x.node.name ?? "", x])),
      ...Object.fromEntries(Object.entries(own.given).map(([key, value]) => [key, constant(unpack(value))])),
    };
    const leaves: Tensor[] = [];
    const tree = mapParameters(parameters, (value, path) => {
      const leaf = input(path, "float32", value.shape);
      leaves.push(leaf);
      return leaf;
    });
    const output = layer.apply(tree, single ? (all.x as Tensor) : all, { ...evaluationContext(), training });
    expect(output.shape).toEqual(own.output.shape);
    const size = own.output.data.length;
    const weighting = Float32Array.from({ length: size }, (_, i) => Math.sin(Math.fround(Math.fround(i) * 1.7)));
    const loss = reduceSum(mul(output, constant({ data: weighting, shape: own.output.shape })));
    const slopes = gradients(loss, [...inputs, ...leaves]);
    const session = await createSession(
      buildGraph({ output, ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])) }),
    );
    const feeds = {
      ...Object.fromEntries(Object.entries(own.inputs).map(([key, value]) => [key, unpack(value)])),
      ...Object.fromEntries(listParameters(parameters).map(({ path, value }) => [path, value as TensorData])),
    };
    const taken = new Set(session.inputs.map((port) => port.name));
    const run = await session.run(Object.fromEntries(Object.entries(feeds).filter(([key]) => taken.has(key))));
    await session.close();
    close(run.output, own.output);
    inputs.forEach((x, i) => {
      close(run[`slope${i}`], own.inputGradients[x.node.name ?? ""] as Packed);
    });
    listParameters(unpackTree(own.parameterGradients)).forEach(({ path, value }) => {
      const at = leaves.findIndex((leaf) => leaf.node.name === path);
      close(run[`slope${inputs.length + at}`], { shape: value.shape, data: Array.from(value.data, Number) });
    });
  });
});
