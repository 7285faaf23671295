// Memory stays flat over 100,000 steps, in a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test.each([
  ["on whole arrays", "arrays"],
  ["on a stream, through the worker thread", "stream"],
])(
  "memory stays flat over 100,000 steps %s",
  async (_, data) => {
    const script = fileURLToPath(new URL("../../testing/flat-memory.ts", import.meta.url));
    const flags = ["--expose-gc", "--import", "tsx", "--conditions=lepta-source"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, data]);
    const { steps, resident } = JSON.parse(stdout) as { steps: number; resident: number[] };
    expect(steps).toBe(100_000);
    // The first 40,000 steps warm the heap up. 16 MiB over the rest are 280 bytes a step: less than one kept event,
    // array or tensor handle a step would take.
    const least = (from: number, to: number): number => Math.min(...resident.slice(from, to));
    expect((least(90, 100) - least(40, 50)) / 2 ** 20).toBeLessThan(16);
  },
  120_000,
);
