// Bundles made by hand, one of each kind of outcome, of models that take one column x: for tests that train nothing.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest, Outcome, OutcomeForm, OutcomeKind } from "@lepta/ml";
import {
  abs,
  buildGraph,
  cast,
  concat,
  constant,
  encodeOnnx,
  type Graph,
  gather,
  greaterOrEqual,
  input,
  mul,
  reshape,
  sigmoid,
  sub,
} from "@lepta/nn";

interface MadeModel {
  readonly form: OutcomeForm;
  readonly outputs: Readonly<Record<string, string>>;
  graph(): Graph;
  /** What it says of a row { x }. */
  says(x: number): Outcome;
}

const x = input("x", "float64", ["N", 1]);
const sigmoidOf = (value: number): number => Math.fround(1 / (1 + Math.exp(-Math.fround(value))));

/** A model of each kind: the class is yes from a probability of 0.75 on; a row is flagged from |x| = 3 on. */
export const madeModels: Readonly<Record<OutcomeKind, MadeModel>> = {
  class: {
    form: { kind: "class", classes: ["no", "yes"], positive: "yes", threshold: 0.75 },
    outputs: { probabilities: "probabilities", label: "label" },
    graph() {
      const yes = sigmoid(cast(x, "float32"));
      const index = cast(greaterOrEqual(cast(yes, "float64"), constant(0.75, "float64")), "int64");
      return buildGraph({
        probabilities: concat([sub(constant(1), yes), yes], 1),
        label: gather(constant(["no", "yes"]), reshape(index, [-1]), 0),
      });
    },
    says(value) {
      const yes = sigmoidOf(value);
      const label = yes >= 0.75 ? "yes" : "no";
      return { kind: "class", label, probability: yes, probabilities: { no: Math.fround(1 - yes), yes } };
    },
  },
  number: {
    form: { kind: "number" },
    outputs: { value: "value" },
    graph: () => buildGraph({ value: mul(x, constant(2, "float64")) }),
    says: (value) => ({ kind: "number", value: 2 * value }),
  },
  series: {
    form: { kind: "series", steps: 3 },
    outputs: { values: "values" },
    graph: () => buildGraph({ values: mul(x, constant([1, 2, 3], "float64")) }),
    says: (value) => ({ kind: "series", values: [value, value * 2, value * 3] }),
  },
  score: {
    form: { kind: "score", threshold: 3 },
    outputs: { score: "score", flagged: "flagged" },
    graph: () => buildGraph({ score: abs(x), flagged: greaterOrEqual(abs(x), constant(3, "float64")) }),
    says: (value) => ({ kind: "score", score: Math.abs(value), flagged: Math.abs(value) >= 3 }),
  },
};

/** The model as a file; `name` tells it from others of its kind. */
export function madeModel(kind: OutcomeKind, name: string = kind): Uint8Array {
  return encodeOnnx(madeModels[kind].graph(), { metadata: { name } });
}

/** A manifest that fits a made model of the kind, or the given one. */
export function madeManifest(
  kind: OutcomeKind,
  model: Uint8Array = madeModel(kind),
  changes: Partial<Manifest> = {},
): Manifest {
  const { form, outputs } = madeModels[kind];
  const hash = "d".repeat(64);
  return {
    formatVersion: 3,
    name: kind,
    task: `made ${kind}`,
    model: kind,
    target: "y",
    targetReading: { type: "number", missing: [] },
    outcome: form,
    signature: { input: {}, output: {} },
    inputs: [{ name: "x", type: "number", reading: { type: "number", missing: [] } }],
    outputs,
    leftOut: [],
    notes: [],
    metrics: {},
    baseline: null,
    constant: null,
    trivial: null,
    evaluatedOn: null,
    dataHash: hash,
    trainedOn: {
      rows: 600,
      dataHash: hash,
      repeatShare: 0,
      filter: { sha256: hash, hashes: 7, falsePositives: 0.01 },
    },
    seed: 7,
    run: null,
    license: null,
    versions: { lepta: "0.1.0", onnxruntime: "1.30.0", node: "20.20.0" },
    createdAt: "2026-01-02T03:04:05.000Z",
    modelSha256: createHash("sha256").update(model).digest("hex"),
    modelBytes: model.length,
    profile: [{ name: "x", kind: "number", edges: [0], shares: [0.5, 0.5], missing: 0, min: -1, max: 1 }],
    ...changes,
  };
}

/** Writes a made bundle's files. @returns `dir` */
export function writeMadeBundle(
  dir: string,
  kind: OutcomeKind,
  contents: { readonly model?: Uint8Array; readonly manifest?: Partial<Manifest> } = {},
): string {
  const { model = madeModel(kind), manifest = {} } = contents;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "model.onnx"), model);
  writeFileSync(join(dir, "card.md"), `# ${manifest.name ?? kind}\n`);
  writeFileSync(join(dir, "manifest.json"), JSON.stringify(madeManifest(kind, model, manifest)));
  return dir;
}
