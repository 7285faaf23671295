// Formulations chosen by timing: the curve is that of the model's choice, and the times are kept and read again.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Times } from "../grad/formulations/times.ts";
import type { FitOptions } from "../index.ts";
import { conv2d, crossEntropy, fit, flatten, linear, maxPool2d, relu, rng, sequential, sgd } from "../index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lepta-cache-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function train(
  formulations: "model" | "measured",
  options: Partial<FitOptions> = {},
): Promise<readonly number[]> {
  const random = rng(4);
  const net = sequential(
    conv2d(8, 3),
    relu(),
    maxPool2d(2),
    conv2d(4, 3, { padding: 1 }),
    relu(),
    flatten(),
    linear(3),
  );
  const run = fit(net, {
    data: {
      inputs: { data: Float32Array.from({ length: 24 * 5 * 64 }, () => random.uniform(-1, 1)), shape: [24, 5, 8, 8] },
      target: { data: BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i % 3)), shape: [24] },
    },
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
    batchSize: 4,
    epochs: 2,
    formulations,
    ...options,
  });
  const losses: number[] = [];
  for await (const event of run) if (event.type === "step") losses.push(event.loss);
  return losses;
}

/** Other times, other formulations: the slowest becomes the fastest. */
function reversed(times: Readonly<Record<string, Times>>): Record<string, Times> {
  return Object.fromEntries(
    Object.entries(times).map(([key, own]) => [
      key,
      Object.fromEntries(Object.entries(own).map(([name, ns]) => [name, 1e9 / ns])),
    ]),
  );
}

test("times are taken once a machine, and change no number", async () => {
  const expected = await train("model");
  const first = await train("measured");
  const files = readdirSync(join(folder, "lepta"));
  expect(files).toHaveLength(1);
  const path = join(folder, "lepta", files[0] ?? "");
  const times = JSON.parse(readFileSync(path, "utf8")) as Record<string, Times>;
  // Two weights, the input of the second convolution, and the pool.
  expect(
    Object.keys(times)
      .map((key) => key.split(" ")[0])
      .sort(),
  ).toEqual(["conv-input", "conv-weight", "conv-weight", "max-pool"]);
  // The second training goes by what the file says.
  const slowest = reversed(times);
  writeFileSync(path, JSON.stringify(slowest));
  const second = await train("measured");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(slowest);
  for (const found of [first, second]) {
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...expected.map((loss, i) => Math.abs(loss - (found[i] ?? Number.NaN))))).toBeLessThan(1e-5);
  }
  // A broken file is only a cache.
  writeFileSync(path, "{");
  expect(await train("measured")).toHaveLength(expected.length);
});

test("a resumed training keeps its choices when the times have changed", async () => {
  const whole = await train("measured");
  const kept: Uint8Array[] = [];
  const checkpoint = { to: (bytes: Uint8Array) => void kept.push(bytes), everySteps: 3 };
  expect(await train("measured", { checkpoint, stepsPerRun: 3 })).toHaveLength(whole.length);
  const path = join(folder, "lepta", readdirSync(join(folder, "lepta"))[0] ?? "");
  const times = JSON.parse(readFileSync(path, "utf8")) as Record<string, Times>;
  writeFileSync(path, JSON.stringify(reversed(times)));
  // Other formulations do change the last bits here, so the test can tell.
  const others = await train("measured");
  expect(others).not.toEqual(whole);
  expect(kept).toHaveLength(4);
  for (const [i, resume] of kept.entries())
    expect(await train("measured", { resume, stepsPerRun: 3 })).toEqual(whole.slice([3, 6, 9, 12][i]));
  // Not even the times are needed.
  rmSync(path);
  expect(await train("measured", { resume: kept[0] })).toEqual(whole.slice(3));
  expect(readdirSync(join(folder, "lepta"))).toEqual([]);
});
