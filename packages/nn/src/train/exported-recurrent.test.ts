// LSTM and GRU classifiers exported by PyTorch (tests/reference/onnx_export.py): read, given back, and trained further.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { furthest, scoresOf } from "../../testing/exported-scores.ts";
import type { Examples, FitOptions, TensorData } from "../index.ts";
import {
  accuracy,
  adam,
  crossEntropy,
  decodeOnnx,
  encodeOnnx,
  equalGraphs,
  fit,
  rng,
  sgd,
  trainable,
} from "../index.ts";

interface Texts {
  readonly x: readonly number[];
  readonly y: string;
}

interface Network {
  readonly scores: readonly number[];
  readonly accuracy: number;
  readonly curve: readonly number[];
}

const file = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/exported/${name}`, import.meta.url));
const { recurrent } = JSON.parse(new TextDecoder().decode(file("exported.json"))) as {
  readonly recurrent: {
    readonly train: Texts;
    readonly test: Texts;
    readonly networks: Readonly<Record<string, Network>>;
  };
};

const tokens = 8;
function texts({ x, y }: Texts): Examples & { readonly inputs: TensorData; readonly target: TensorData } {
  const data = BigInt64Array.from(x, BigInt);
  const labels = BigInt64Array.from(y, BigInt);
  return {
    inputs: { data, shape: [y.length, tokens] },
    target: { data: labels, shape: [y.length] },
  };
}
const [train, held] = [texts(recurrent.train), texts(recurrent.test)];
const first20 = { data: (held.inputs.data as BigInt64Array).slice(0, 20 * tokens), shape: [20, tokens] };

const whole: FitOptions = {
  data: train,
  loss: crossEntropy(),
  optimizer: sgd({ lr: 0.2, momentum: 0.9 }),
  batchSize: 150,
  shuffle: false,
  epochs: 8,
};

describe.each(Object.entries(recurrent.networks))("%s", (name, network) => {
  const bytes = file(`${name}.onnx`);
  const graph = decodeOnnx(bytes);

  test("scores as in PyTorch, before and after it is given back", async () => {
    expect(graph.nodes.map(({ op }) => op)).toContain(name.startsWith("lstm") ? "LSTM" : "GRU");
    const scores = await scoresOf(graph, first20);
    expect(furthest(scores.data, network.scores)).toBeLessThan(1e-5);
    expect(furthest((await scoresOf(bytes, first20)).data, [...(scores.data as Float32Array)])).toBeLessThan(1e-6);
    const again = decodeOnnx(encodeOnnx(graph));
    expect(equalGraphs(again, graph)).toBe(true);
    expect(await scoresOf(again, first20)).toEqual(scores);
  });

  test("trained whole, has PyTorch's own curve", async () => {
    const model = await fit(trainable(graph), whole).result;
    const curve = model.history.map(({ loss }) => loss);
    expect(furthest(curve, network.curve)).toBeLessThan(1e-5);
  });

  test("tells texts better after it was trained", async () => {
    expect(accuracy()(await scoresOf(graph, held.inputs), held.target)).toBeCloseTo(network.accuracy, 5);
    const options = { ...whole, optimizer: adam({ lr: 0.01 }), batchSize: 30, shuffle: true, epochs: 12, seed: 1 };
    const model = await fit(trainable(graph), options).result;
    expect(model.graph().nodes.map(({ op }) => op)).toContain(name.startsWith("lstm") ? "LSTM" : "GRU");
    expect(accuracy()(await model.predict(held.inputs), held.target)).toBeGreaterThan(network.accuracy + 0.1);
    await model.close();
  });

  test("with its recurrent part frozen, trains the last layer alone", async () => {
    const net = trainable(graph, { freeze: { allButLast: 1 } });
    const before = net.init(["N", tokens], rng(1));
    const { history, parameters } = await fit(net, { ...whole, parameters: before }).result;
    expect(history.at(-1)?.loss).toBeLessThan(history[0]?.loss ?? 0);
    const changed = Object.keys(parameters).filter((key) => {
      const [a, b] = [before[key] as TensorData, parameters[key] as TensorData];
      return furthest(a.data as Float32Array, [...(b.data as Float32Array)]) > 0;
    });
    expect(changed.sort()).toEqual(["out.bias", "out.weight"]);
  });
});
