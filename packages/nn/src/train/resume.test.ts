// A resumed training goes on with the same curve, bit for bit; checkpoints are whole, and strangers are refused.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Examples, FitEvent, FitOptions, Layer } from "../index.ts";
import {
  adam,
  averageWeights,
  batchNorm,
  chain,
  crossEntropy,
  dropout,
  fit,
  linear,
  NnError,
  plateau,
  relu,
  rng,
  sequential,
  sgd,
  tanh,
} from "../index.ts";
import { decodeCheckpoint } from "./checkpoint/format.ts";

const folder = mkdtempSync(join(tmpdir(), "nn-resume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function examples(count: number, seed: number): Examples {
  const random = rng(seed);
  const x = Float32Array.from({ length: count * 4 }, () => random.normal());
  const y = BigInt64Array.from({ length: count }, (_, i) => ((x[4 * i] ?? 0) + random.normal(0, 0.5) > 0 ? 1n : 0n));
  return { inputs: { data: x, shape: [count, 4] }, target: { data: y, shape: [count] } };
}

// State of every kind: Adam's moments, averaged weights, running statistics, dropout, a rate that follows the curve.
const net: Layer = sequential(linear(8), batchNorm(), relu(), dropout(0.3), linear(2));
const base: FitOptions = {
  data: examples(150, 1),
  validation: examples(60, 2),
  loss: crossEntropy(),
  optimizer: chain(adam({ lr: plateau({ initial: 0.02, patience: 1, factor: 0.5 }) }), averageWeights(0.9)),
  batchSize: 8,
  stepsPerRun: 5,
  epochs: 6,
  seed: 3,
  bestWeights: {},
};

interface Outcome {
  readonly events: readonly FitEvent[];
  readonly error: NnError | undefined;
  readonly curve: readonly number[];
}

async function watch(options: FitOptions, network = net): Promise<Outcome> {
  const events: FitEvent[] = [];
  let error: NnError | undefined;
  try {
    for await (const event of fit(network, options)) events.push(event);
  } catch (caught) {
    if (!(caught instanceof NnError)) throw caught;
    error = caught;
  }
  return { events, error, curve: events.flatMap((event) => (event.type === "step" ? [event.loss] : [])) };
}

/** Epochs, best epochs and the end, without the time that they took. */
function figures({ events }: Outcome): readonly unknown[] {
  return events
    .filter(({ type }) => type === "epoch" || type === "best" || type === "end")
    .map((event) => ({ ...event, seconds: 0 }));
}

describe("a resumed training", () => {
  test("goes on with the same curve, figures and weights after an epoch", async () => {
    const path = join(folder, "epochs.safetensors");
    const whole = await watch(base);
    const model = await fit(net, base).result;
    const first = await watch({ ...base, epochs: 3, checkpoint: path });
    const second = await watch({ ...base, resume: path });
    expect(whole.curve).toHaveLength(6 * 19);
    expect([...first.curve, ...second.curve]).toEqual(whole.curve);
    expect([...figures(first).slice(0, -1), ...figures(second)]).toEqual(figures(whole));
    const resumed = await fit(net, { ...base, resume: path }).result;
    expect(resumed.parameters).toEqual(model.parameters);
    expect(resumed.bestEpoch).toBe(model.bestEpoch);
    expect(resumed.history.map(({ loss }) => loss)).toEqual(model.history.map(({ loss }) => loss));
    expect(readdirSync(folder)).toEqual(["epochs.safetensors"]);
  });

  test("goes on from every checkpoint inside an epoch", async () => {
    const whole = await watch(base);
    const kept: Uint8Array[] = [];
    const to = (bytes: Uint8Array): void => void kept.push(bytes);
    const counted = await watch({ ...base, epochs: 2, checkpoint: { to, everySteps: 7 } });
    const steps = counted.events.flatMap((event) => (event.type === "checkpoint" ? [event.step] : []));
    expect(steps).toEqual([10, 18, 19, 29, 37, 38]);
    expect(kept.map((bytes) => decodeCheckpoint(bytes).trainer.step)).toEqual(steps);
    for (const [i, bytes] of kept.entries()) {
      const rest = await watch({ ...base, resume: bytes });
      expect(rest.curve).toEqual(whole.curve.slice(steps[i]));
      expect(figures(rest).at(-1)).toEqual(figures(whole).at(-1));
    }
  });

  test("goes on after the signal", async () => {
    const path = join(folder, "abort.safetensors");
    const controller = new AbortController();
    const whole = await watch(base);
    const run = fit(net, { ...base, signal: controller.signal, checkpoint: path });
    const first: number[] = [];
    await expect(
      (async () => {
        for await (const event of run) {
          if (event.type !== "step") continue;
          first.push(event.loss);
          if (event.step === 30) controller.abort();
        }
      })(),
    ).rejects.toMatchObject({ code: "training-aborted", message: expect.stringContaining("a checkpoint was kept") });
    const second = await watch({ ...base, resume: path });
    expect([...first, ...second.curve]).toEqual(whole.curve);
  });

  test("has the rate that a plateau schedule had come to", async () => {
    // The figure never gets better: the rate halves after epochs 3, 5 and 7.
    const rated = (lr: FitOptions["optimizer"]): FitOptions => ({
      ...base,
      optimizer: lr,
      metrics: { score: () => 1 },
      epochs: 8,
      bestWeights: { monitor: "score" },
    });
    const options = rated(adam({ lr: plateau({ initial: 0.02, monitor: "score", patience: 1, factor: 0.5 }) }));
    const whole = await watch(options);
    const steady = await watch(rated(adam({ lr: 0.02 })));
    expect(whole.curve.slice(0, 3 * 19)).toEqual(steady.curve.slice(0, 3 * 19));
    expect(whole.curve[3 * 19 + 1]).not.toBe(steady.curve[3 * 19 + 1]);
    const kept: Uint8Array[] = [];
    await watch({ ...options, checkpoint: { to: (bytes) => void kept.push(bytes), everySteps: 10 } });
    const states = kept.map((bytes) => decodeCheckpoint(bytes).trainer);
    expect(new Set(states.map(({ epoch }) => epoch))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
    expect(states.filter(({ taken }) => taken > 0).length).toBeGreaterThanOrEqual(8);
    for (const [i, resume] of kept.entries())
      expect((await watch({ ...options, resume })).curve).toEqual(whole.curve.slice(states[i]?.step));
  });

  test("that had stopped early stops again at once", async () => {
    const path = join(folder, "stopped.safetensors");
    let calls = 0;
    const metrics = { worse: () => (calls++ === 0 ? 0 : Number.NaN) };
    const options: FitOptions = {
      ...base,
      optimizer: sgd({ lr: 0.1 }),
      metrics,
      earlyStopping: { monitor: "worse", patience: 2 },
    };
    const { bestWeights: _, ...stopping } = options;
    const first = await watch({ ...stopping, checkpoint: path });
    expect(first.events.at(-1)).toEqual({ type: "end", reason: "early-stopping", epochs: 3, bestEpoch: 1 });
    const second = await watch({ ...stopping, resume: path });
    expect(second.events.map(({ type }) => type)).toEqual(["start", "end"]);
    expect(second.events.at(-1)).toEqual(first.events.at(-1));
    const model = await fit(net, { ...stopping, resume: path }).result;
    expect(model.history.map(({ validation }) => validation?.worse)).toEqual([0, Number.NaN, Number.NaN]);
  });
});

describe("what cannot be resumed", () => {
  const path = join(folder, "other.safetensors");
  test.each<[string, string, Partial<FitOptions>, Layer?]>([
    ["another seed", "checkpoint-mismatch", { seed: 4 }],
    ["another batch size", "checkpoint-mismatch", { batchSize: 9 }],
    ["other data", "checkpoint-mismatch", { data: examples(151, 1) }],
    ["another optimiser", "checkpoint-mismatch", { optimizer: sgd({ lr: 0.1 }) }],
    ["a wider network", "checkpoint-mismatch", {}, sequential(linear(9), batchNorm(), relu(), linear(2))],
    ["a deeper network", "checkpoint-mismatch", {}, sequential(linear(8), batchNorm(), relu(), linear(8), linear(2))],
    [
      "a network of equal shapes",
      "checkpoint-mismatch",
      {},
      sequential(linear(8), batchNorm(), tanh(), dropout(0.3), linear(2)),
    ],
    ["no file", "checkpoint-invalid", { resume: join(folder, "missing") }],
    ["no safetensors", "checkpoint-invalid", { resume: new Uint8Array(100) }],
    ["too few bytes", "checkpoint-invalid", { resume: Uint8Array.of(1, 2) }],
    ["a period of zero", "training-option-invalid", { checkpoint: { to: path, everyEpochs: 0 } }],
  ])("%s is refused", async (_, code, options, network) => {
    await fit(net, { ...base, epochs: 1, checkpoint: path }).result;
    const { error } = await watch({ ...base, resume: path, ...options }, network ?? net);
    expect(error?.code).toBe(code);
  });

  test("a damaged checkpoint is refused wherever it is cut", async () => {
    const kept: Uint8Array[] = [];
    await fit(net, { ...base, epochs: 1, checkpoint: { to: (bytes) => void kept.push(bytes) } }).result;
    const bytes = kept[0] as Uint8Array;
    for (let cut = 0; cut < bytes.length; cut += 97) {
      expect(() => decodeCheckpoint(bytes.subarray(0, cut))).toThrow(NnError);
    }
    expect(decodeCheckpoint(bytes).fingerprint.seed).toBe(3);
  });
});
