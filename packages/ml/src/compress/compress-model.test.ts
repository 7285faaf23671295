// Compression: the models it gives are smaller, nearly as right, and refused where the budget does not allow them.
import {
  buildGraph,
  constant,
  createSession,
  encodeOnnx,
  type Feeds,
  type Graph,
  gather,
  gemm,
  input,
  matMul,
  relu,
  rng,
  type Session,
  softmax,
} from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { type CompressOptions, compressModel } from "./compress-model.ts";
import { computeProductsInt8 } from "./int8-products.ts";
import { storeWeightsInt8 } from "./int8-weights.ts";
import { quantizeChannels } from "./quantize-channels.ts";

const random = rng(3);
const normals = (count: number, deviation: number) =>
  Float32Array.from({ length: count }, () => deviation * random.normal());
const weight = (...shape: number[]) =>
  constant({
    data: normals(
      shape.reduce((a, b) => a * b),
      1 / Math.sqrt(shape[0]!),
    ),
    shape,
  });

const rows = 500;
const x = input("x", "float32", ["N", 32]);
const hidden = relu(gemm(x, weight(64, 32), weight(64), { transB: true }));
const network = buildGraph({ probabilities: softmax(matMul(relu(matMul(hidden, weight(64, 64))), weight(64, 2))) });
const feeds: Feeds = { x: { data: normals(rows * 32, 1), shape: [rows, 32] } };

async function probabilitiesOf(session: Session): Promise<Float32Array> {
  return (await session.run(feeds)).probabilities!.data as Float32Array;
}

async function outputOf(graph: Graph, given: Feeds): Promise<Float32Array> {
  const session = await createSession(graph);
  const result = Object.values(await session.run(given))[0]!.data as Float32Array;
  await session.close();
  return result;
}

/** The network's own decisions, a tenth of them turned round, as labels. */
async function options(): Promise<CompressOptions> {
  const own = await outputOf(network, feeds);
  const labels = Int32Array.from({ length: rows }, (_, i) => (own[2 * i + 1]! > 0.5 ? 1 : 0) ^ (i % 10 === 0 ? 1 : 0));
  const measure = async (session: Session) =>
    pointMetrics({ kind: "class", classes: ["a", "b"], labels, probabilities: await probabilitiesOf(session) });
  return {
    model: encodeOnnx(network, { metadata: { kept: "yes" } }),
    feeds,
    measure,
    maxLoss: { auc: 0.005 },
    rounds: 5,
  };
}

test("quantised channels are within half a step", () => {
  const data = normals(60, 2);
  const { quantized, scales } = quantizeChannels(data, [4, 5, 3], 1);
  for (const [i, value] of data.entries()) {
    const scale = scales[Math.floor(i / 3) % 5]!;
    expect(Math.abs(value - quantized[i]! * scale)).toBeLessThanOrEqual(scale * 0.5001);
  }
  expect(quantizeChannels(new Float32Array(4), [2, 2], 0).scales).toEqual(Float32Array.of(1, 1));
});

describe("both rewrites", () => {
  const table = buildGraph({ y: gather(weight(40, 8), input("i", "int64", ["N"])) });

  test.each([
    ["int8-weights", storeWeightsInt8, 0.01],
    ["int8-products", computeProductsInt8, 0.03],
  ] as const)("%s stays close to the original", async (_, rewrite, tolerance) => {
    const small = rewrite(network, 100);
    const before = await outputOf(network, feeds);
    const after = await outputOf(small, feeds);
    const worst = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(tolerance);
    expect(encodeOnnx(small).length).toBeLessThan(0.4 * encodeOnnx(network).length);
  });

  test("tables shrink by rows, small weights stay", async () => {
    const given: Feeds = { i: { data: BigInt64Array.of(3n, 39n), shape: [2] } };
    const before = await outputOf(table, given);
    const after = await outputOf(storeWeightsInt8(table, 100), given);
    for (const [i, value] of before.entries()) expect(Math.abs(value - after[i]!)).toBeLessThan(0.01);
    expect(storeWeightsInt8(table, 1000).nodes.map((node) => node.op)).toEqual(table.nodes.map((node) => node.op));
  });
});

describe("compressModel", () => {
  test("returns a smaller model within the budget, with what was measured on what", async () => {
    const given = await options();
    const { model, report } = await compressModel({ ...given, methods: ["int8-weights", "int8-products"] });
    expect(report.chosen).toBeDefined();
    expect(model!.length).toBeLessThan(0.5 * given.model.length);
    expect(report.candidates.map((candidate) => candidate.method)).toEqual(["int8-weights", "int8-products"]);
    for (const candidate of report.candidates) expect(candidate.loss.auc!).toBeLessThan(0.005);
    expect(report.machine.cpu).not.toBe("");
    expect(report.timedRows).toBe(rows);
    expect(report.original.medianMs).toBeGreaterThan(0);
    expect(new TextDecoder("latin1").decode(model)).toContain("kept");
    const session = await createSession(model!);
    expect((await probabilitiesOf(session)).length).toBe(2 * rows);
    await session.close();
  });

  test("returns none when accuracy is over the budget", async () => {
    const { model, report } = await compressModel({ ...(await options()), maxLoss: { auc: -1 } });
    expect(model).toBeUndefined();
    expect(report.candidates[0]!.reason).toContain("the budget is -1");
  });

  test("says when there is nothing to compress, and when the budget's metric is not measured", async () => {
    const given = await options();
    await expect(compressModel({ ...given, minElements: 1e6 })).rejects.toMatchObject({ code: "compress-unsupported" });
    await expect(compressModel({ ...given, maxLoss: { rmse: 1 } })).rejects.toMatchObject({ code: "metric-undefined" });
  });
});
