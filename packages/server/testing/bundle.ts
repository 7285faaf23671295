// A directory with a bundle's files, for tests that register versions but score nothing.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeTestBundle(dir: string, { name = "network", dataHash = "d".repeat(64), auc = 0.8 } = {}): string {
  mkdirSync(dir, { recursive: true });
  const model = `the model ${name} ${auc}`;
  writeFileSync(join(dir, "model.onnx"), model);
  writeFileSync(join(dir, "card.md"), `# ${name}\n`);
  const manifest = {
    formatVersion: 1,
    name,
    dataHash,
    modelSha256: createHash("sha256").update(model).digest("hex"),
    metrics: { auc: { value: auc, low: auc - 0.05, high: auc + 0.05 } },
    seed: 7,
    threshold: 0.2,
    versions: { lepta: "0.1.0" },
    trainedOn: { rows: 600 },
  };
  writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
  return dir;
}
