// Bundles of others: what is not a bundle's manifest or model is refused by name, before a runtime sees it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "@lepta/nn";
import { buildGraph, cast, encodeOnnx, expand, input, matMul, mul, reduceMax, reshape, rng, scan } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeManifest, madeModel } from "../../testing/made-bundle.ts";
import { MlError } from "../errors.ts";
import { readBundle } from "./read-bundle.ts";
import { openScorer } from "./scorer.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lepta-hostile-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const x = input("x", "float64", ["N", 1]);
const hash = "d".repeat(64);

let count = 0;
function put(model: Uint8Array, manifest: string = JSON.stringify(madeManifest("number", model))): string {
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
    const bundle = await readBundle(put(madeModel("number")));
    for (const process of [false, true]) {
      const scorer = await openScorer(bundle, { process });
      expect(await scorer.score([{ x: 3 }, { x: null }])).toEqual([
        { kind: "number", value: 6 },
        { kind: "number", value: Number.NaN },
      ]);
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
  const model = madeModel("number");
  const good = madeManifest("number", model);
  const text = JSON.stringify(good);

  test.each<[string, string]>([
    ["nested without an end", "[".repeat(2 ** 22)],
    ["nested within a field", text.replace('"notes":[]', `"notes":${"[".repeat(200)}${"]".repeat(200)}`)],
    ["of millions of empty objects", `{"a":[${"{},".repeat(4_000_001)}{}]}`],
    ["with a number beyond numbers", text.replace('"seed":7', '"seed":1e999')],
    ["with NaN", text.replace('"seed":7', '"seed":NaN')],
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
      "with another outcome",
      JSON.stringify({
        ...good,
        outcome: { kind: "class", classes: ["a", "b"], positive: null, threshold: null },
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
