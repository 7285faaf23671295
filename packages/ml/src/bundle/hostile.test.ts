// Bundles of others: what is not a bundle's manifest or model is refused by name, before a runtime sees it.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "@lepta/nn";
import { buildGraph, cast, encodeOnnx, expand, input, matMul, mul, reduceMax, reshape, rng, scan } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MlError } from "../errors.ts";
import type { Manifest } from "./manifest.ts";
import { readBundle } from "./read-bundle.ts";
import { openScorer } from "./scorer.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lepta-hostile-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const x = input("x", "float64", ["N", 1]);
const doubled = buildGraph({ value: reshape(mul(x, 2), [-1]) });
const hash = "d".repeat(64);

function manifestOf(model: Uint8Array): Manifest {
  return {
    formatVersion: 2,
    name: "n",
    task: "regression",
    model: "linear",
    target: "y",
    targetReading: { type: "number", missing: [] },
    classes: null,
    positive: null,
    threshold: null,
    signature: { input: {}, output: {} },
    inputs: [{ name: "x", type: "number", reading: { type: "number", missing: [] } }],
    outputs: { value: "value" },
    leftOut: [],
    notes: [],
    metrics: { rmse: { value: 1, low: 0.5, high: 2 } },
    baseline: null,
    constant: { kind: "centre", mean: 0, median: 0 },
    trivial: null,
    evaluatedOn: null,
    dataHash: hash,
    trainedOn: {
      rows: 1,
      dataHash: hash,
      repeatShare: 0,
      filter: { sha256: hash, hashes: 7, falsePositives: 0.01 },
    },
    seed: 1,
    run: null,
    license: null,
    versions: { lepta: "0.1.0", onnxruntime: "1.30.0", node: "20.20.0" },
    createdAt: "2026-01-02T03:04:05.000Z",
    modelSha256: createHash("sha256").update(model).digest("hex"),
    modelBytes: model.length,
    profile: [{ name: "x", kind: "number", edges: [0], shares: [0.5, 0.5], missing: 0, min: -1, max: 1 }],
  };
}

let count = 0;
function put(model: Uint8Array, manifest: string = JSON.stringify(manifestOf(model))): string {
  const dir = mkdtempSync(join(folder, `${++count}-`));
  writeFileSync(join(dir, "model.onnx"), model);
  writeFileSync(join(dir, "manifest.json"), manifest);
  return dir;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (error instanceof MlError ? error.code : `not an error of this package: ${error}`),
  );

describe("a model", () => {
  test("that is a bundle's is scored, here and in a process of its own", async () => {
    const bundle = await readBundle(put(encodeOnnx(doubled)));
    for (const process of [false, true]) {
      const scorer = await openScorer(bundle, { process });
      expect(await scorer.score([{ x: 3 }, { x: null }])).toEqual([{ value: 6 }, { value: Number.NaN }]);
      await scorer.close();
    }
  });

  const value = (y: Graph["outputs"][number]["tensor"]): Uint8Array =>
    encodeOnnx(buildGraph({ value: reshape(y, [-1]) }));
  test.each<[string, () => Uint8Array]>([
    ["that takes other columns", () => value(mul(input("z", "float64", ["N", 1]), 2))],
    ["that takes a column of a fixed length", () => value(mul(input("x", "float64", [4, 1]), 2))],
    ["that gives another type", () => value(cast(x, "float32"))],
    ["that gives another output", () => encodeOnnx(buildGraph({ other: reshape(mul(x, 2), [-1]) }))],
    ["whose values have gigabytes a row", () => value(reduceMax(expand(x, [2 ** 20, "N", 2 ** 8]), [0, 2]))],
    [
      "whose products have no end",
      () => {
        const square = reshape(expand(reduceMax(x, 0), [2 ** 22]), [2 ** 11, 2 ** 11]);
        let y = square;
        for (let i = 0; i < 200; i++) y = matMul(y, square);
        return value(y);
      },
    ],
    [
      "whose loops in loops have no end",
      () => {
        const steps = reshape(expand(reduceMax(x, 0), [2 ** 18]), [2 ** 18, 1]);
        const { outputs } = scan([], [steps], (_, [row]) => {
          const inner = scan([], [reshape(expand(row ?? x, [2 ** 18]), [2 ** 18, 1])], (__, [one]) => ({
            states: [],
            outputs: [mul(expand(one ?? x, [2 ** 8]), 2)],
          }));
          return { states: [], outputs: [reduceMax(inner.outputs[0] ?? x, [0, 1])] };
        });
        return value(outputs[0] ?? x);
      },
    ],
    ["that is no model", () => new TextEncoder().encode("PK\u0003\u0004 not a model")],
    ["that is empty", () => new Uint8Array()],
  ])("%s is refused", async (name, make) => {
    const error = await readBundle(put(make())).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "bundle-corrupt" });
    // By what it would cost, not by chance.
    if (/gigabytes|no end/.test(name)) expect((error as MlError).message).toMatch(/a run of 64 rows takes/);
  });
});

describe("a manifest", () => {
  const model = encodeOnnx(doubled);
  const good = manifestOf(model);
  const text = JSON.stringify(good);

  test.each<[string, string]>([
    ["nested without an end", "[".repeat(2 ** 22)],
    ["nested within a field", text.replace('"notes":[]', `"notes":${"[".repeat(200)}${"]".repeat(200)}`)],
    ["of millions of empty objects", `{"a":[${"{},".repeat(4_000_001)}{}]}`],
    ["with a number beyond numbers", text.replace('"seed":1', '"seed":1e999')],
    ["with NaN", text.replace('"seed":1', '"seed":NaN')],
    ["whose fields stand in a prototype", `{"__proto__":${text}}`],
    ["with inputs of one name twice", JSON.stringify({ ...good, inputs: [...good.inputs, ...good.inputs] })],
    [
      "with a column that the model lacks",
      JSON.stringify({ ...good, inputs: [...good.inputs, { ...good.inputs[0], name: "z" }] }),
    ],
    [
      "with a column of another type",
      JSON.stringify({
        ...good,
        inputs: [{ name: "x", type: "category", reading: { type: "category", missing: [] } }],
      }),
    ],
    ["with a profile of another column", text.replace('[{"name":"x","kind"', '[{"name":"q","kind"')],
    ["with two profiles of a column", JSON.stringify({ ...good, profile: [...good.profile, ...good.profile] })],
    ["with the output elsewhere", JSON.stringify({ ...good, outputs: { value: "__proto__" } })],
    [
      "with another task",
      JSON.stringify({
        ...good,
        task: "binary",
        classes: ["a", "b"],
        outputs: { probabilities: "value", label: "value" },
      }),
    ],
    ["of another model", JSON.stringify({ ...good, modelSha256: hash })],
    ["that is a list", `[${text}]`],
    ["that is cut off", text.slice(0, -2)],
    ["that is empty", ""],
  ])("%s is refused", async (_, source) => {
    const code = await codeOf(readBundle(put(model, source)));
    expect(["bundle-corrupt", "bundle-version"]).toContain(code);
    expect(Object.hasOwn(Object.prototype, "formatVersion")).toBe(false);
  });

  test("changed anywhere is read or refused with a code, whatever was changed", async () => {
    const random = rng(3);
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(text);
      for (let left = 1 + random.integer(4); left > 0; left--)
        bytes[random.integer(bytes.length)] = 32 + random.integer(95);
      expect(await codeOf(readBundle(put(model, bytes.toString("latin1"))))).toMatch(/^(no error|bundle-[a-z]+)$/);
    }
  });
});
