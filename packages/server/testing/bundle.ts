// A directory with a bundle's files, for tests that register versions but score nothing.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "@lepta/ml";
import { buildGraph, encodeOnnx, input, mul, reshape } from "@lepta/nn";

interface Contents {
  name?: string;
  dataHash?: string;
  auc?: number;
  /** Default: it answers twice its only column. */
  model?: Uint8Array;
}

export function writeTestBundle(dir: string, contents: Contents = {}): string {
  const { name = "network", dataHash = "d".repeat(64), auc = 0.8 } = contents;
  mkdirSync(dir, { recursive: true });
  const value = reshape(mul(input("x", "float64", ["N", 1]), 2), [-1]);
  const model = contents.model ?? encodeOnnx(buildGraph({ value }), { metadata: { name, auc: String(auc) } });
  writeFileSync(join(dir, "model.onnx"), model);
  writeFileSync(join(dir, "card.md"), `# ${name}\n`);
  const manifest: Manifest = {
    formatVersion: 2,
    name,
    task: "regression",
    model: name,
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
    metrics: { auc: { value: auc, low: auc - 0.05, high: auc + 0.05 } },
    baseline: null,
    constant: { kind: "centre", mean: 0, median: 0 },
    trivial: null,
    evaluatedOn: null,
    dataHash,
    trainedOn: {
      rows: 600,
      dataHash,
      repeatShare: 0,
      filter: { sha256: "0".repeat(64), hashes: 7, falsePositives: 0.01 },
    },
    seed: 7,
    run: null,
    license: null,
    versions: { lepta: "0.1.0", onnxruntime: "1.30.0", node: "20.20.0" },
    createdAt: "2026-01-02T03:04:05.000Z",
    modelSha256: createHash("sha256").update(model).digest("hex"),
    modelBytes: model.length,
    profile: [],
  };
  writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
  return dir;
}

/** The model with its only constant of one double, 1, in the file "package.json": 8 bytes in place of 8. */
export function withExternalData(model: Uint8Array): Uint8Array {
  const one = Buffer.from(Float64Array.of(1).buffer);
  const at = Buffer.from(model).indexOf(one);
  // In place of rawData (9), length and 8 bytes: dataLocation (14) = EXTERNAL, and what is left as unknown fields.
  const changed = Uint8Array.from(model);
  changed.set([0x70, 0x01, 0xc0, 0x3e, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00], at - 2);
  return changed;
}
