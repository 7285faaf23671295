// Evaluating 1,000,000 rows of a binary model with 95 % intervals, beside scikit-learn with bootstrap resamples.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluatePredictions } from "@lepta/ml";
import { rng } from "@lepta/nn";

const rows = 1_000_000;
/** As many resamples as the intervals before this one took on so many rows; the peer is timed on a few and scaled. */
const resamples = 200;
const timed = 3;

/** Prints both times and their ratio, measured in this run. LEPTA_TEST_PYTHON names a Python with scikit-learn. */
export function benchEvaluate(): void {
  const random = rng(1);
  const labels = new Int32Array(rows);
  const probabilities = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const p = 1 / (1 + Math.exp(-1.5 * random.normal()));
    labels[row] = random.uniform() < p ? 1 : 0;
    probabilities[2 * row + 1] = p;
    probabilities[2 * row] = 1 - p;
  }
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    evaluatePredictions({ kind: "class", classes: ["no", "yes"], labels, probabilities, seed: 1 });
    return (performance.now() - start) / 1000;
  }).sort((a, b) => a - b);
  const ours = times[1]!;
  console.log(`evaluate ${rows} rows with 95 % intervals: lepta ${ours.toFixed(2)} s`);
  const python = process.env.LEPTA_TEST_PYTHON;
  if (python === undefined) {
    console.log("  scikit-learn: skipped, LEPTA_TEST_PYTHON is not set");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "lepta-bench-"));
  try {
    writeFileSync(join(folder, "labels.bin"), labels);
    writeFileSync(join(folder, "probabilities.bin"), probabilities);
    const script = fileURLToPath(new URL("evaluate-peer.py", import.meta.url));
    const out = join(folder, "out.json");
    const { status, stderr } = spawnSync(python, [script, folder, String(timed), out], { encoding: "utf8" });
    if (status !== 0) throw new Error(`  scikit-learn: failed, ${stderr.trim().split("\n").at(-1)}`);
    const { points, resample } = JSON.parse(readFileSync(out, "utf8")) as { points: number; resample: number };
    const peer = points + resamples * resample;
    console.log(
      `  scikit-learn ${peer.toFixed(1)} s (${points.toFixed(2)} s + ${resamples} resamples of ${resample.toFixed(2)} s): ${(peer / ours).toFixed(0)} times ours; its points alone: ${(points / ours).toFixed(2)} times`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
