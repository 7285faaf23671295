// bench:train runs one small workload without peers and prints its JSON; times are not looked at.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { median } from "./train/rounds.ts";

test("one workload, as JSON", async () => {
  const script = fileURLToPath(new URL("./train.ts", import.meta.url));
  const flags = ["--import", "tsx", "--conditions=lepta-source", script];
  const options = ["--only", "mlp-256", "--peers", "none", "--rounds", "2", "--round-ms", "50", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...options]);
  expect(JSON.parse(stdout)).toEqual([
    { workload: "mlp-256", threads: 1, peer: null, oursMs: expect.any(Number), theirsMs: null, ratio: null },
  ]);
});

test("the median of an even number of times is the mean of the middle two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 8])).toBe(3);
});
