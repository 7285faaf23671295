// Loops inside larger graphs: a sequence loss on a recurrent layer, and networks with a loop that were saved.
import { describe, expect, test } from "vitest";
import type { Layer, SequenceInput, Tensor, TensorData } from "../index.ts";
import {
  adam,
  ctc,
  decodeOnnx,
  encodeOnnx,
  fit,
  gru,
  linear,
  lstm,
  meanSquaredError,
  rng,
  rnn,
  sequential,
  trainable,
} from "../index.ts";

function normal(seed: number, ...shape: number[]): TensorData {
  const draw = rng(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, () => draw.uniform(-1, 1)), shape };
}

const x = normal(1, 60, 10, 4);
const optimizer = adam({ lr: 0.02 });

describe("ctc on a recurrent layer", () => {
  const target = { data: BigInt64Array.from({ length: 180 }, (_, i) => BigInt(1 + (i % 4))), shape: [60, 3] };
  const nets: readonly (readonly [string, Layer<SequenceInput>])[] = [
    ["lstm", lstm(8)],
    ["gru", gru(8)],
    ["both directions", lstm(8, { bidirectional: true })],
  ];
  test.each(nets.flatMap(([name, net]) => [1, 3].map((steps) => [name, steps, net] as const)))(
    "%s learns, %i steps a run",
    async (_, stepsPerRun, net) => {
      const model = await fit(sequential(net, linear(5)), {
        data: { inputs: x, target },
        loss: ctc(),
        optimizer,
        batchSize: 20,
        stepsPerRun,
        epochs: 20,
        seed: 1,
      }).result;
      const losses = model.history.map(({ loss }) => loss);
      expect(losses[19]).toBeLessThan(0.8 * (losses[0] ?? 0));
    },
  );
});

describe("a saved recurrent network with a mask", () => {
  const mask = {
    data: Float32Array.from({ length: 600 }, (_, i) => (i % 10 < 5 + (Math.floor(i / 10) % 6) ? 1 : 0)),
    shape: [60, 10],
  };
  const data = { inputs: { x, mask }, target: normal(2, 60, 8) };
  const nets = [lstm(8, { returns: "last" }), gru(8, { returns: "last" }), rnn(8, { returns: "last" })];
  test.each(nets.map((net) => [net.name, net] as const))("%s goes on learning", async (_, net) => {
    const options = { data, loss: meanSquaredError(), optimizer, batchSize: 20, shuffle: false, epochs: 5, seed: 1 };
    const model = await fit(net, options).result;
    const again = trainable<Readonly<Record<"x" | "mask", Tensor>>>(decodeOnnx(encodeOnnx(model.graph())));
    const more = await fit(again, options).result;
    // The same as when the layer itself is trained on from where it stood.
    const direct = await fit(net, { ...options, parameters: model.parameters }).result;
    more.history.forEach(({ loss }, i) => {
      expect(loss).toBeCloseTo(direct.history[i]?.loss ?? Number.NaN, 5);
    });
    expect(more.history[4]?.loss).toBeLessThan(model.history[0]?.loss ?? 0);
  });
});
