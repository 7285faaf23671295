// Small models of every kind that is written here, to be changed.
import type { Layer } from "../../src/index.ts";
import {
  avgPool2d,
  batchNorm,
  buildGraph,
  cast,
  concat,
  constant,
  constantParameters,
  conv2d,
  dynamicQuantizeLinear,
  encodeOnnx,
  evaluationContext,
  flatten,
  gather,
  gelu,
  input,
  labelEncoder,
  layerNorm,
  linear,
  lstm,
  matMulInteger,
  maxPool2d,
  mul,
  multiHeadAttention,
  oneHot,
  reduceMean,
  relu,
  reshape,
  resize,
  rng,
  scan,
  sequential,
  topK,
} from "../../src/index.ts";

const ofLayer = (layer: Layer, shape: readonly (number | string)[]): Uint8Array => {
  const parameters = layer.init(shape, rng(5));
  const y = layer.apply(constantParameters(parameters), input("x", "float32", shape), evaluationContext());
  return encodeOnnx(buildGraph({ y }));
};

/** Small models of every kind that is written here. */
export function realModels(): readonly Uint8Array[] {
  const x = input("x", "float32", ["N", 4, 2]);
  const age = input("age", "float64", ["N", 1]);
  const city = input("city", "string", ["N", 1]);
  const code = labelEncoder(city, { keys: ["Bonn", "Köln"], values: [1n, 2n], default: 0n });
  const hot = reshape(oneHot(code, 3), [-1, 3]);
  const embedded = reshape(gather(constant({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [3, 2] }), code), [-1, 2]);
  const rows = concat([cast(age, "float32"), hot, embedded], 1);
  const quantized = dynamicQuantizeLinear(reshape(x, [-1, 8]));
  const weights = constant({ data: Int8Array.from({ length: 24 }, (_, i) => i - 12), shape: [8, 3] });
  const looped = scan([input("s", "float32", [2])], [input("steps", "float32", ["T", 2])], ([s], [step]) => ({
    states: [mul(s ?? age, step ?? age)],
    outputs: [relu(step ?? age)],
  }));
  return [
    ofLayer(
      sequential(conv2d(4, 3), batchNorm(), relu(), maxPool2d(2), conv2d(3, 2), avgPool2d(2), flatten(), linear(3)),
      ["N", 2, 12, 12],
    ),
    ofLayer(sequential(layerNorm(), multiHeadAttention(2) as unknown as Layer, gelu(), linear(2)), ["N", 5, 4]),
    ofLayer(lstm(3), [2, 4, 5]),
    encodeOnnx(buildGraph({ rows })),
    encodeOnnx(buildGraph({ y: matMulInteger(quantized.quantized, weights, quantized.zeroPoint) })),
    encodeOnnx(buildGraph({ last: looped.states[0] ?? x, y: looped.outputs[0] ?? x })),
    encodeOnnx(
      buildGraph({
        v: topK(x, 2).values,
        m: reduceMean(resize(reshape(x, ["N", 1, 4, 2]), { sizes: [8, 4] }), [2, 3]),
      }),
    ),
  ];
}
