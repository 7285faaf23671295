// Slopes where they are a matter of choice (bounds, ties, zero vectors, zeros in products): PyTorch's, in the files of its
// two exporters (tests/reference/onnx_kinks.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildGraph, constant, createSession, decodeOnnx, gradients, mul, reduceSum, verify } from "../index.ts";

interface Kink {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly y: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** Base64 by exporter. */
  readonly files: Readonly<Record<string, string>>;
}

const kinks = JSON.parse(readFileSync(new URL("./fixtures/kinks.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Kink>
>;

/** The result and the slopes of the sum of k · y, k = 1, 2, 3, …, with respect to all inputs. */
async function found(file: string, { inputs, y }: Kink) {
  const graph = decodeOnnx(new Uint8Array(Buffer.from(file, "base64")));
  const [result] = graph.outputs.map(({ tensor }) => tensor);
  if (result === undefined) throw new Error("no output");
  const weights = constant({ data: Float32Array.from(y, (_, k) => k + 1), shape: result.shape.map(Number) });
  const slopes = gradients(reduceSum(mul(result, weights)), graph.inputs);
  const whole = buildGraph(
    { y: result, ...Object.fromEntries(slopes.map((tensor, i) => [`slope${i}`, tensor] as const)) },
    { inputs: graph.inputs },
  );
  verify(whole);
  const session = await createSession(whole);
  const feeds = graph.inputs.map(({ node: { name = "" } }) => {
    const { shape, data } = inputs[Number(name.slice(1))] as Kink["inputs"][number];
    return [name, { data: Float32Array.from(data), shape }] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.close();
  return graph.inputs.map(({ node: { name = "" } }, i) => ({
    place: Number(name.slice(1)),
    y: Array.from(results.y?.data as Float32Array),
    slope: Array.from(results[`slope${i}`]?.data as Float32Array),
  }));
}

function expectClose(own: readonly number[], right: readonly number[]): void {
  const off = right.map((value, i) => Math.abs((own[i] ?? Number.NaN) - value) / (1 + Math.abs(value)));
  const worst = off.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...off);
  expect(worst, `${own} is not ${right}`).toBeLessThan(2e-6);
}

describe.each(Object.entries(kinks))("%s", (_, kink) => {
  test.each(Object.entries(kink.files))("by the exporter %s", async (_exporter, file) => {
    for (const { place, y, slope } of await found(file, kink)) {
      expectClose(y, kink.y);
      expectClose(slope, kink.gradients[place] as readonly number[]);
    }
  });
});
