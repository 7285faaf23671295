// Small networks of the common kinds, as PyTorch's two exporters write them (tests/reference/onnx_networks.py): read, run,
// given back and trained whole.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LayerInput, Tensor, TensorData } from "../index.ts";
import {
  createSession,
  decodeOnnx,
  encodeOnnx,
  equalGraphs,
  fit,
  mul,
  reduceMean,
  sgd,
  sub,
  trainable,
} from "../index.ts";

interface Network {
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly integers: boolean;
    readonly data: number[];
  }[];
  readonly scores: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** PyTorch's losses, where normalisations over the batch keep their statistics. */
  readonly curve: readonly number[];
  readonly files: Readonly<Record<string, string>>;
}

const packed = readFileSync(new URL("./fixtures/exported/networks.json.gz", import.meta.url));
const { networks } = JSON.parse(gunzipSync(packed).toString()) as {
  readonly networks: Readonly<Record<string, Network>>;
};

/**
 * Where the file's parameters are not the network's own, the curve is not PyTorch's: batch normalisations joined with
 * convolutions, and a group normalisation written with a scale and bias that it does not have.
 */
const otherParameters = ["mobilenet", "resnet", "cnn-lstm", "conformer", "conv-transformer, dynamo"];

const files = Object.entries(networks).flatMap(([name, network]) =>
  Object.entries(network.files).map(([exporter, hex]) => ({
    title: `${name}, ${exporter}`,
    network,
    bytes: new Uint8Array(Buffer.from(hex, "hex")),
  })),
);

function furthest(found: ArrayLike<unknown>, wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, i) => Math.abs(value - Number(found[i] ?? Number.NaN))));
}

const objective = (y: Tensor): Tensor => {
  const apart = sub(y, 0.3);
  return reduceMean(mul(apart, apart));
};

describe.each(files)("$title", ({ title, network, bytes }) => {
  const graph = decodeOnnx(bytes);
  const feeds = Object.fromEntries(
    network.inputs.map(({ shape, integers, data }, i): readonly [string, TensorData] => [
      `x${i}`,
      { data: integers ? BigInt64Array.from(data, BigInt) : Float32Array.from(data), shape },
    ]),
  );

  test("scores as in PyTorch, and is given back as it was read", async () => {
    const session = await createSession(encodeOnnx(graph));
    const { y } = await session.run(feeds);
    await session.close();
    expect(y?.shape).toEqual(network.scores.shape);
    expect(furthest(y?.data ?? [], network.scores.data)).toBeLessThan(1e-4);
    expect(equalGraphs(decodeOnnx(encodeOnnx(graph)), graph)).toBe(true);
  });

  test("learns whole", async () => {
    const batch = network.inputs[0]?.shape[0] ?? 1;
    const inputs = network.inputs.length === 1 ? (feeds.x0 as TensorData) : feeds;
    const model = await fit(trainable<LayerInput>(graph), {
      data: { inputs, target: { data: new Float32Array(batch), shape: [batch] } },
      loss: objective,
      optimizer: sgd({ lr: 0.02 }),
      batchSize: batch,
      shuffle: false,
      epochs: 4,
    }).result;
    const curve = model.history.map(({ loss }) => loss);
    expect(Math.abs((curve[0] as number) - (network.curve[0] as number))).toBeLessThan(1e-4);
    expect(curve[3]).toBeLessThan(curve[0] as number);
    if (!otherParameters.some((start) => title.startsWith(start))) {
      expect(furthest(curve, network.curve)).toBeLessThan(1e-5);
    }
    const scores = (await model.predict(inputs)) as TensorData;
    await model.close();
    expect(scores.shape).toEqual(network.scores.shape);
  });
});
