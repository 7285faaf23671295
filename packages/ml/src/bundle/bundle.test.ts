// Bundles: what is written is what is read and scored; files that were touched are refused; a folder is whole or not there.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Column, inferSchema, makeTable, rowsOf, type Table, takeColumns } from "@lepta/data";
import { decodeModel, rng } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { train } from "../tasks/train.ts";
import type { TrainedTask } from "../tasks/trained-task.ts";
import type { Manifest } from "./manifest.ts";
import { readBundle } from "./read-bundle.ts";
import type { Row } from "./row.ts";
import { openScorer, type Scorer } from "./scorer.ts";
import { writeBundle } from "./write-bundle.ts";

/** Columns whose names would clash with the outputs' among them. */
function made(rows: number): Table {
  const random = rng(2);
  const label = Array.from({ length: rows }, () => ["x", "y", 'z"é|', ""][random.integer(4)]!);
  const value = Float64Array.from({ length: rows }, () => (random.uniform() < 0.2 ? Number.NaN : random.normal()));
  const at = Float64Array.from({ length: rows }, () => Date.UTC(2024, random.integer(12), 1, random.integer(24)));
  const good = label.map((kind, i) => (kind === "x") !== value[i]! > 0);
  const columns: Column[] = [
    { name: "label", type: "category", data: label },
    { name: "value", type: "number", data: value },
    { name: "at", type: "timestamp", data: at },
    { name: "member", type: "boolean", data: Float64Array.from(good, (is) => Number(is === random.uniform() < 0.8)) },
    { name: "risk", type: "category", data: good.map((is) => (is ? "good" : "bad")) },
    { name: "amount", type: "number", data: Float64Array.from(good, (is) => Number(is) * 10 + random.normal()) },
  ];
  return makeTable(columns);
}

const whole = made(150);
const classified = takeColumns(whole, ["label", "value", "at", "member", "risk"]);
const measured = takeColumns(whole, ["label", "value", "at", "member", "amount"]);
const createdAt = new Date("2026-01-02T03:04:05Z");

let folder: string;
let classifier: TrainedTask;
let regressor: TrainedTask;
const about = { title: "AUC", direction: "higher", unit: "" } as const;
const contents = () => ({
  trained: classifier,
  name: "credit",
  dataHash: classified.hash,
  metrics: { auc: { ...about, value: 0.8, low: 0.75, high: 0.85 } },
  baseline: { model: "logistic", metrics: { auc: { ...about, value: 0.78, low: 0.7, high: 0.83 } } },
  evaluatedOn: { rows: 40, dataHash: measured.hash },
  run: "run-1",
  license: "CC-BY-4.0",
  createdAt,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-bundle-"));
  const settings = { members: 2, epochs: 3 };
  classifier = await train({ train: classified, schema: inferSchema(classified, { target: "risk" }), settings });
  regressor = await train({ train: measured, schema: inferSchema(measured, { target: "amount" }), settings });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function scorerOf(dir: string): Promise<Scorer> {
  return openScorer(await readBundle(dir));
}

describe("a bundle written and read", () => {
  test("scores rows and tables as the trained model predicts", async () => {
    const { dir, manifest } = await writeBundle(join(folder, "classifier"), contents());
    expect(manifest.outputs).toEqual({ probabilities: "probabilities", label: "label_" });
    const scorer = await scorerOf(dir);
    expect(scorer.manifest).toEqual(JSON.parse(JSON.stringify(manifest)));
    const expected = await classifier.predict(classified);
    if (expected.kind !== "class") throw new Error("a classification");
    const table = await scorer.scoreTable(classified);
    if (table.kind !== "class") throw new Error("a classification");
    expect([...table.probabilities]).toEqual([...expected.probabilities]);
    const rows = [...rowsOf(takeColumns(classified, ["label", "value", "at", "member"]))];
    expect(rows.flatMap((row) => scorer.validate(row))).toEqual([]);
    const scored = await scorer.score(rows);
    for (const [i, row] of scored.entries()) {
      if (row.kind !== "class") throw new Error("a classification");
      expect(row.probability).toBe(row.probabilities.bad);
      expect(Object.keys(row.probabilities)).toEqual(["bad", "good"]);
      expect(row.probabilities.bad).toBeCloseTo(expected.probabilities[2 * i]!, 6);
      expect(row.label).toBe(row.probabilities.bad! > 0.5 ? "bad" : "good");
      expect(table.labels[i]).toBe(row.label);
    }
    await scorer.close();
  });

  test("a time without an offset is UTC wherever the model is served", async () => {
    const { dir } = await writeBundle(join(folder, "zone"), contents());
    const scorer = await scorerOf(dir);
    const zone = process.env.TZ;
    process.env.TZ = "America/New_York";
    try {
      const rows = ["2024-07-01T22:00:00Z", "2024-07-01T22:00:00", "2024-07-01 22:00", Date.UTC(2024, 6, 1, 22)].map(
        (at): Row => ({ label: "x", value: 1, member: true, at }),
      );
      expect(rows.flatMap((row) => scorer.validate(row))).toEqual([]);
      const [first, ...others] = await scorer.score(rows);
      for (const other of others) expect(other).toEqual(first);
      expect(scorer.validate({ ...rows[0], at: "07/01/2024" })).toMatchObject([{ kind: "out-of-range", field: "at" }]);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
      await scorer.close();
    }
  });

  test("a class may have any name", async () => {
    const columns = classified.columns.map((column): Column => {
      if (column.name !== "risk") return column;
      const names = (column.data as readonly string[]).map((name) => (name === "bad" ? "__proto__" : name));
      return { name: "risk", type: "category", data: names };
    });
    const table = makeTable(columns);
    const schema = inferSchema(table, { target: "risk" });
    const trained = await train({ train: table, schema, model: "logistic" });
    const { dir } = await writeBundle(join(folder, "names"), { ...contents(), trained });
    const scorer = await scorerOf(dir);
    const [row] = await scorer.score([{ label: "x", value: 1, member: true, at: "2024-07-01" }]);
    if (row?.kind !== "class") throw new Error("a classification");
    expect(Object.keys(row.probabilities).sort()).toEqual(["__proto__", "good"]);
    await scorer.close();
  });

  test("runs in parts of maxBatch rows with the same result", async () => {
    const { dir } = await writeBundle(join(folder, "parts"), { ...contents(), trained: regressor });
    const bundle = await readBundle(dir);
    const [whole, parts] = await Promise.all([openScorer(bundle), openScorer(bundle, { maxBatch: 7 })]);
    expect(whole.manifest.outputs).toEqual({ value: "value_" });
    const values = async (scorer: Scorer) => {
      const table = await scorer.scoreTable(measured);
      return table.kind === "number" ? [...table.values] : [];
    };
    const [all, joined] = [await values(whole), await values(parts)];
    expect(all.length).toBe(150);
    for (const [i, value] of all.entries()) expect(joined[i]).toBeCloseTo(value, 4);
    const rows = [...rowsOf(takeColumns(measured, ["label", "value", "at", "member"]))];
    const scored = await parts.score(rows);
    for (const [i, row] of scored.entries()) expect(row.kind === "number" && row.value).toBeCloseTo(all[i]!, 4);
    await Promise.all([whole.close(), parts.close()]);
  });

  test("labels by its threshold", async () => {
    const { dir } = await writeBundle(join(folder, "threshold"), { ...contents(), threshold: 0.2 });
    const scorer = await scorerOf(dir);
    const table = await scorer.scoreTable(classified);
    if (table.kind !== "class") throw new Error("a classification");
    expect(scorer.manifest.outcome).toMatchObject({ positive: "bad", threshold: 0.2 });
    for (const [i, label] of table.labels.entries())
      expect(label).toBe(table.probabilities[2 * i]! >= 0.2 ? "bad" : "good");
    await scorer.close();
  });

  test("carries signature, run, hash and licence in the model too; the card says what it is", async () => {
    const { dir, manifest } = await writeBundle(join(folder, "words"), contents());
    const { metadata } = decodeModel(await readFile(join(dir, "model.onnx")));
    expect(metadata).toMatchObject({ "lepta.run": "run-1", "lepta.dataHash": classified.hash, license: "CC-BY-4.0" });
    expect(JSON.parse(metadata["lepta.signature"]!)).toEqual(JSON.parse(JSON.stringify(manifest.signature)));
    expect(manifest.signature.input).toMatchObject({ required: ["label", "value", "at", "member"] });
    expect(manifest.createdAt).toBe("2026-01-02T03:04:05.000Z");
    const card = await readFile(join(dir, "card.md"), "utf8");
    expect(card).toMatch(/^---\nlicense: cc-by-4.0\n/);
    expect(card).toContain("| AUC | 0.8 (0.75 to 0.85) | 0.78 (0.7 to 0.83) |");
    for (const heading of ["Intended use", "Data", "Metrics", "Limits"]) expect(card).toContain(`\n## ${heading}\n`);
    for (const { shares, missing, ...rest } of manifest.profile) {
      const other = "other" in rest ? rest.other : 0;
      expect(shares.reduce((sum, share) => sum + share, missing + other)).toBeCloseTo(1, 9);
    }
  });
});

describe("the folder", () => {
  test("replaces a bundle, and leaves no other files behind", async () => {
    const parent = join(folder, "replace");
    const { dir } = await writeBundle(join(parent, "b"), contents());
    const { manifest } = await writeBundle(dir, { ...contents(), name: "second" });
    expect((await readBundle(dir)).manifest.name).toBe("second");
    expect(manifest.name).toBe("second");
    expect(await readdir(parent)).toEqual(["b"]);
    expect((await readdir(dir)).sort()).toEqual(["card.md", "manifest.json", "model.onnx", "rows.bloom"]);
  });

  test("is not taken from anything else", async () => {
    const parent = join(folder, "occupied");
    await mkdir(join(parent, "photos"), { recursive: true });
    await writeFile(join(parent, "photos", "cat.jpg"), "");
    await writeFile(join(parent, "file"), "");
    for (const name of ["photos", "file"])
      await expect(writeBundle(join(parent, name), contents())).rejects.toMatchObject({
        code: "bundle-target-occupied",
      });
    expect((await readdir(parent)).sort()).toEqual(["file", "photos"]);
  });
});

describe("readBundle refuses", () => {
  async function touched(name: string, change: (manifest: Manifest) => unknown): Promise<string> {
    const { dir, manifest } = await writeBundle(join(folder, name), contents());
    await writeFile(join(dir, "manifest.json"), JSON.stringify(change(structuredClone(manifest))));
    return dir;
  }

  test("what is not there", async () => {
    await expect(readBundle(join(folder, "nowhere"))).rejects.toMatchObject({ code: "bundle-not-found" });
    const { dir } = await writeBundle(join(folder, "no-model"), contents());
    await rm(join(dir, "model.onnx"));
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
  });

  test("a model of another hash, or over the limit", async () => {
    const { dir } = await writeBundle(join(folder, "flipped"), contents());
    const model = await readFile(join(dir, "model.onnx"));
    model[model.length >> 1]! ^= 1;
    await writeFile(join(dir, "model.onnx"), model);
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
    await expect(readBundle(dir, { maxModelBytes: 10 })).rejects.toMatchObject({ code: "bundle-too-large" });
  });

  test("another format version", async () => {
    const dir = await touched("version", (manifest) => ({ ...manifest, formatVersion: 99 }));
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-version" });
  });

  test.each<[string, (manifest: Manifest) => unknown]>([
    ["no object", () => [1]],
    ["a field missing", ({ seed: _, ...rest }) => rest],
    ["a wrong type", (manifest) => ({ ...manifest, inputs: "all" })],
    [
      "a positive class that is none",
      (manifest) => ({ ...manifest, outcome: { ...manifest.outcome, positive: "ugly" } }),
    ],
    ["an outcome of an unknown kind", (manifest) => ({ ...manifest, outcome: { kind: "verdict" } })],
    ["an outcome that does not fit the constant", (manifest) => ({ ...manifest, outcome: { kind: "number" } })],
    ["an input twice", (manifest) => ({ ...manifest, inputs: [manifest.inputs[0], manifest.inputs[0]] })],
    ["shares that do not fit", (manifest) => ({ ...manifest, profile: [{ ...manifest.profile[0], shares: [] }] })],
    ["a hash that is none", (manifest) => ({ ...manifest, modelSha256: "../../etc/passwd" })],
  ])("a manifest with %s", async (name, change) => {
    const dir = await touched(`manifest ${name}`, change);
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
  });

  test("JSON that is none; and a model with other inputs is not opened", async () => {
    const { dir } = await writeBundle(join(folder, "text"), contents());
    await writeFile(join(dir, "manifest.json"), "{");
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
    const other = await touched("inputs", (manifest) => ({ ...manifest, inputs: manifest.inputs.slice(1) }));
    await expect(readBundle(other).then((bundle) => openScorer(bundle))).rejects.toMatchObject({
      code: "bundle-corrupt",
    });
  });
});

test("validate lists everything that is wrong with a row", async () => {
  const { dir } = await writeBundle(join(folder, "rows"), contents());
  const scorer = await scorerOf(dir);
  const fine: Row = { label: "x", value: 1, at: "2024-02-03T04:05:06Z", member: true };
  const kinds = (row: unknown) => scorer.validate(row).map(({ kind, field }) => `${kind} ${field}`);
  expect(kinds(fine)).toEqual([]);
  expect(kinds({ label: null, value: null, at: null, member: null })).toEqual([]);
  expect(kinds({ ...fine, at: 0 })).toEqual([]);
  expect(kinds({ label: 5, value: " 1.5", at: new Date(0), member: "no" })).toEqual([]);
  expect(kinds({ label: "x", value: "one", at: "soon", member: "perhaps", ponies: 3 })).toEqual([
    "wrong-type value",
    "out-of-range at",
    "wrong-type member",
    "unknown-field ponies",
  ]);
  expect(kinds({ value: Number.POSITIVE_INFINITY, at: 1e300, member: false, label: [5] })).toEqual([
    "wrong-type label",
    "out-of-range value",
    "out-of-range at",
  ]);
  expect(kinds({ label: "x", value: 1, member: true })).toEqual(["missing-field at"]);
  for (const row of [null, 3, "row", [fine]]) expect(kinds(row)).toEqual(["wrong-type "]);
  expect(kinds(JSON.parse('{"__proto__": 1, "label": "x", "value": 1, "at": null, "member": null}'))).toEqual([
    "unknown-field __proto__",
  ]);
  const strings = makeTable([
    ...classified.columns.slice(1),
    { name: "label", type: "number", data: new Float64Array(150) },
  ]);
  await expect(scorer.scoreTable(strings)).rejects.toMatchObject({ code: "scored-column-invalid" });
  await scorer.close();
});
