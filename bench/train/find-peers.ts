// Which peers this machine has: PyTorch by a Python of one's choice, TensorFlow.js where it is installed.
//   LEPTA_BENCH_PYTHON   a Python with torch; else LEPTA_TEST_PYTHON, else python3
//   LEPTA_BENCH_TFJS     a folder in which @tensorflow/tfjs is installed; else this workspace
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "./peer.ts";

export interface PeerKind {
  readonly name: string;
  readonly version: string;
  /** Undefined where the peer does not have the workload or cannot use so many threads. */
  readonly command: (workload: string, threads: number) => Command | undefined;
}

export interface FoundPeers {
  readonly kinds: readonly PeerKind[];
  /** What is missing, by name, with what to do about it. */
  readonly skipped: readonly string[];
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Workloads that tfjs-peer.mjs has; its CPU backend needs minutes for a step of the others. */
const tfjsWorkloads = ["lenet-4", "lenet-32", "mlp-256"];

export function ours(workload: string, threads: number): Command {
  const args = ["--conditions=lepta-source", "--import", import.meta.resolve("tsx"), here("./ours.ts")];
  return { peer: "lepta", program: process.execPath, args: [...args, workload, "--threads", String(threads)] };
}

export function findPeers(): FoundPeers {
  const kinds: PeerKind[] = [];
  const skipped: string[] = [];
  const python = process.env.LEPTA_BENCH_PYTHON || process.env.LEPTA_TEST_PYTHON || "python3";
  const asked = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  if (asked.status === 0) {
    const version = `PyTorch ${asked.stdout.trim()}`;
    for (const mode of ["eager", "compiled"]) {
      const flags = mode === "compiled" ? ["--compile"] : [];
      kinds.push({
        name: `pytorch-${mode}`,
        version,
        command: (workload, threads) => ({
          peer: `pytorch-${mode}`,
          program: python,
          args: [here("./torch-peer.py"), workload, "--threads", String(threads), ...flags],
        }),
      });
    }
  } else {
    skipped.push(`PyTorch: ${python} has no torch (pip install torch, and set LEPTA_BENCH_PYTHON)`);
  }
  const folder = process.env.LEPTA_BENCH_TFJS || here(".");
  try {
    const require = createRequire(join(folder, "any.js"));
    const entry = require.resolve("@tensorflow/tfjs");
    const { version } = require("@tensorflow/tfjs/package.json") as { version: string };
    kinds.push({
      name: "tfjs-cpu",
      version: `TensorFlow.js ${version} (CPU backend)`,
      command: (workload, threads) =>
        threads === 1 && tfjsWorkloads.includes(workload)
          ? { peer: "tfjs-cpu", program: process.execPath, args: [here("./tfjs-peer.mjs"), workload, entry] }
          : undefined,
    });
  } catch {
    skipped.push("TensorFlow.js: not installed (npm i @tensorflow/tfjs in a folder, and set LEPTA_BENCH_TFJS to it)");
  }
  return { kinds, skipped };
}
