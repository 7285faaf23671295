// What the page runs: the session suite, the gradient suite, and the training of a LeNet.
import type { ExampleSource, Examples, FitOptions, TensorData } from "@lepta/nn";
import {
  adam,
  crossEntropy,
  dropout,
  encodeOnnx,
  flatten,
  gelu,
  layerNorm,
  lenet,
  linear,
  NnError,
  rng,
  sequential,
  fit as train,
} from "@lepta/nn";
import { createSession } from "@lepta/nn/web";
import { gradientCases } from "../../packages/nn/testing/conformance/cases.ts";
import { compareWithFiniteDifferences } from "../../packages/nn/testing/finite-differences.ts";
import { sessionSuite } from "../../packages/nn/testing/session-suite.ts";
import { runAll } from "./suite.ts";

/** Ten classes of 3×32×32 pictures, each a pattern of its own under noise; the same here and in the test. */
export function lenetOptions(): FitOptions & {
  readonly data: Examples & Readonly<Record<"inputs" | "target", TensorData>>;
} {
  const random = rng(11);
  const [count, size] = [120, 3 * 32 * 32];
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const wave = 0.2 + 0.1 * (i % 10);
    for (let j = 0; j < size; j++) data[i * size + j] = Math.sin(wave * (j % 32)) + random.normal(0, 0.3);
  }
  const target = BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 10));
  const examples = { inputs: { data, shape: [count, 3, 32, 32] }, target: { data: target, shape: [count] } };
  return { data: examples, loss: crossEntropy(), optimizer: adam({ lr: 0.001 }), batchSize: 4, epochs: 4, seed: 3 };
}

const page = {
  async sessions(providers: readonly string[]) {
    sessionSuite("onnxruntime-web in a browser", (model, options) => createSession(model, { ...options, providers }));
    return runAll();
  },
  async gradients() {
    const failed: string[] = [];
    for (const entry of gradientCases) {
      const title = `${entry.op} ${JSON.stringify(entry.shapes)}`;
      try {
        const { error, tolerance } = await compareWithFiniteDifferences(entry);
        if (!(error < tolerance)) failed.push(`${title}: ${error}`);
      } catch (error) {
        failed.push(`${title}: ${(error as Error).message}`);
      }
    }
    return { count: gradientCases.length, failed };
  },
  async train(providers: readonly string[], epochs: number) {
    const losses: number[] = [];
    const kept: number[] = [];
    const checkpoint = { to: (bytes: Uint8Array) => void kept.push(bytes.length) };
    const run = train(lenet(), { ...lenetOptions(), providers, epochs, checkpoint });
    for await (const event of run) if (event.type === "step") losses.push(event.loss);
    const model = await run.result;
    const bytes = encodeOnnx(model.graph());
    return { losses, epochs: model.history.map(({ loss }) => loss), checkpoints: kept.length, model: [...bytes] };
  },
  /** A dense network, whose steps WebGPU computes rightly. */
  async trainDense(providers: readonly string[]) {
    const net = sequential(flatten(), linear(24), gelu(), layerNorm(), dropout(0.1), linear(10));
    const losses: number[] = [];
    for await (const event of train(net, { ...lenetOptions(), providers, epochs: 1 }))
      if (event.type === "step") losses.push(event.loss);
    return losses;
  },
  /** The same network on a source that gives the same examples. */
  async trainOnSource() {
    const { data, ...options } = lenetOptions();
    const size = 3 * 32 * 32;
    const [pixels, labels] = [data.inputs.data as Float32Array, data.target.data as BigInt64Array];
    const source: ExampleSource = {
      count: labels.length,
      async batch(rows) {
        const own = new Float32Array(rows.length * size);
        for (const [i, row] of rows.entries()) own.set(pixels.subarray(row * size, (row + 1) * size), i * size);
        const target = { data: BigInt64Array.from(rows, (row) => labels[row] as bigint), shape: [rows.length] };
        return { inputs: { data: own, shape: [rows.length, 3, 32, 32] }, target };
      },
    };
    const net = sequential(flatten(), linear(24), gelu(), layerNorm(), dropout(0.1), linear(10));
    const losses: number[] = [];
    for await (const event of train(net, { ...options, data: source, epochs: 1 }))
      if (event.type === "step") losses.push(event.loss);
    return losses;
  },
  async refusals() {
    const codes: string[] = [];
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => train(lenet(), { ...lenetOptions(), checkpoint: "file" }).result,
      () => train(lenet(), { ...lenetOptions(), resume: "file" }).result,
      () => train(lenet(), { ...lenetOptions(), providers: ["nowhere"] }).result,
      () => train(lenet(), { ...lenetOptions(), worker: true }).result,
    ];
    for (const attempt of attempts) {
      try {
        await attempt();
        codes.push("no error");
      } catch (error) {
        codes.push(error instanceof NnError ? error.code : String(error));
      }
    }
    return codes;
  },
};

export type PageFunctions = typeof page;
if (typeof document !== "undefined") Object.assign(globalThis, { page });
// In a Web Worker the one function that is tried there is called by a message.
if ("importScripts" in globalThis)
  globalThis.addEventListener("message", async () => globalThis.postMessage(await page.trainOnSource()));
