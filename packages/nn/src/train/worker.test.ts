// Training through a worker thread: the same numbers, a thread of JavaScript that is free, and an end without remains.
import { spawnSync } from "node:child_process";
import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Examples, FitEvent, FitOptions, Layer, NnError } from "../index.ts";
import {
  adam,
  averageWeights,
  batchNorm,
  buildGraph,
  chain,
  crossEntropy,
  dropout,
  fit,
  input,
  lenet,
  linear,
  matMul,
  meanSquaredError,
  relu,
  rng,
  sequential,
  sgd,
} from "../index.ts";
import { startWorker } from "../runtime/engine.node.ts";

function examples(count: number, seed: number, shape: readonly number[] = [4]): Examples {
  const random = rng(seed);
  const size = shape.reduce((product, own) => product * own, 1);
  const data = Float32Array.from({ length: count * size }, () => random.normal());
  const target = BigInt64Array.from({ length: count }, (_, i) => ((data[size * i] ?? 0) > 0 ? 1n : 0n));
  return { inputs: { data, shape: [count, ...shape] }, target: { data: target, shape: [count] } };
}

// State of every kind, runs of four sizes, evaluation in two chunks.
const net: Layer = sequential(linear(8), batchNorm(), relu(), dropout(0.3), linear(2));
const base: FitOptions = {
  data: examples(150, 1),
  validation: examples(2100, 2),
  loss: crossEntropy(),
  optimizer: chain(adam({ lr: 0.02 }), averageWeights(0.9)),
  batchSize: 8,
  stepsPerRun: 5,
  epochs: 3,
  seed: 3,
  bestWeights: {},
};

interface Outcome {
  readonly losses: readonly number[];
  readonly checkpoints: readonly Uint8Array[];
  readonly error: NnError | undefined;
}

async function watch(options: Partial<FitOptions>, network = net): Promise<Outcome> {
  const checkpoints: Uint8Array[] = [];
  const events: FitEvent[] = [];
  let error: NnError | undefined;
  try {
    const checkpoint = { to: (bytes: Uint8Array) => void checkpoints.push(bytes), everySteps: 5 };
    for await (const event of fit(network, { ...base, checkpoint, ...options })) events.push(event);
  } catch (caught) {
    error = caught as NnError;
  }
  return { checkpoints, error, losses: events.flatMap((event) => (event.type === "step" ? [event.loss] : [])) };
}

describe("a training in a worker thread", () => {
  test("has the curve, the figures and the weights of one in JavaScript's thread", async () => {
    const here = await fit(net, base).result;
    const there = await fit(net, { ...base, worker: true }).result;
    const withoutTime = ({ history }: typeof here) => history.map((event) => ({ ...event, seconds: 0 }));
    expect(withoutTime(there)).toEqual(withoutTime(here));
    expect(there.parameters).toEqual(here.parameters);
    expect(there.bestEpoch).toBe(here.bestEpoch);
    const picture: Partial<FitOptions> = {
      data: examples(50, 4, [3, 32, 32]),
      optimizer: sgd({ lr: 0.01, momentum: 0.9 }),
    };
    const losses = async (worker: boolean) => {
      const { validation: _, bestWeights: __, ...rest } = { ...base, ...picture };
      const all: number[] = [];
      for await (const event of fit(lenet(), { ...rest, worker })) if (event.type === "step") all.push(event.loss);
      return all;
    };
    expect(await losses(true)).toEqual(await losses(false));
  });

  test("goes on from checkpoints of either, in either", async () => {
    const here = await watch({ worker: false });
    const there = await watch({ worker: true });
    expect(there.losses).toEqual(here.losses);
    const middle = 2;
    for (const [from, worker] of [
      [here, true],
      [there, false],
    ] as const)
      expect((await watch({ worker, resume: from.checkpoints[middle] })).losses).toEqual(here.losses.slice(15));
  });

  test("may be one of several at once, and leaves no listener", async () => {
    const listeners = process.listenerCount("exit");
    const { losses } = await watch({ worker: false });
    const several = await Promise.all([1, 2, 3].map(() => watch({ worker: true })));
    for (const own of several) expect(own.losses).toEqual(losses);
    expect(process.listenerCount("exit")).toBe(listeners);
  });

  test("stopped while a run is in flight keeps what the run brought", async () => {
    const controller = new AbortController();
    const whole = base.data as Examples;
    let asked = 0;
    const data: FitOptions["data"] = {
      count: 150,
      batch(rows) {
        // 5 batches a run: the twelfth is made while the second run is in flight.
        if (++asked === 12) controller.abort();
        const { inputs, target } = whole as unknown as Record<"inputs" | "target", { data: Float32Array }>;
        const list = [...rows];
        return {
          inputs: {
            data: Float32Array.from(list.flatMap((row) => [...inputs.data.subarray(4 * row, 4 * row + 4)])),
            shape: [list.length, 4],
          },
          target: {
            data: BigInt64Array.from(list, (row) => BigInt(target.data[row] ?? 0)),
            shape: [list.length],
          },
        };
      },
    };
    const { losses, checkpoints, error } = await watch({ data, signal: controller.signal });
    expect(error?.code).toBe("training-aborted");
    const { losses: all } = await watch({});
    expect(losses.length).toBeGreaterThan(0);
    expect(losses.length).toBeLessThanOrEqual(10);
    const rest = await watch({ worker: true, resume: checkpoints.at(-1) });
    expect([...losses, ...rest.losses]).toEqual(all);
  });

  test("names the layer of a loss that is not finite", async () => {
    const { inputs, target } = examples(64, 5) as unknown as Record<"inputs" | "target", { data: Float32Array }>;
    inputs.data[40 * 4] = Number.NaN;
    const data = { inputs, target } as unknown as Examples;
    const { validation: _, bestWeights: __, ...rest } = base;
    const messages: string[] = [];
    for (const worker of [true, false]) {
      const { message, code } = (await fit(net, { ...rest, data, shuffle: false, worker }).result.catch(
        (error: unknown) => error,
      )) as NnError;
      expect(code).toBe("loss-not-finite");
      messages.push(message);
    }
    expect(messages[0]).toBe(messages[1]);
    expect(messages[0]).toContain("at step 6");
  });

  test("leaves JavaScript's thread free while a run is in flight", async () => {
    const [count, width] = [256, 512];
    const x = { data: new Float32Array(count * width), shape: [count, width] };
    // The part of two steps, each of 800 million multiply-adds, in which the event loop is at work and not idle. A run on
    // this thread is such work however long it takes; while a worker runs, the loop only waits.
    const busy = async (worker: boolean): Promise<number> => {
      const at: EventLoopUtilization[] = [];
      const run = fit(sequential(linear(1024), relu(), linear(width)), {
        data: { inputs: x, target: x },
        loss: meanSquaredError(),
        optimizer: sgd({ lr: 0.01 }),
        batchSize: count,
        stepsPerRun: 1,
        epochs: 4,
        threads: 1,
        worker,
      });
      for await (const event of run) if (event.type === "step") at.push(performance.eventLoopUtilization());
      return performance.eventLoopUtilization(at[3], at[1]).utilization;
    };
    const [here, there] = [await busy(false), await busy(true)];
    expect(there).toBeLessThan(here);
  });

  test("asks a source for the next batches before a run's results are there", async () => {
    const [count, width] = [8, 4];
    const x = { data: new Float32Array(count * width), shape: [count, width] };
    const log: string[] = [];
    const run = fit(sequential(linear(4), relu(), linear(width)), {
      data: {
        count: 4 * count,
        async batch() {
          log.push("asked");
          // A source that takes a turn of the event loop, as files do.
          await new Promise((resolve) => setImmediate(resolve));
          log.push("made");
          return { inputs: x, target: x };
        },
      },
      loss: meanSquaredError(),
      optimizer: sgd({ lr: 0.01 }),
      batchSize: count,
      stepsPerRun: 1,
      epochs: 1,
    });
    for await (const event of run) if (event.type === "step") log.push("step");
    // One batch is in flight, one waits filled, and the one after it is asked for: it shows that the epoch goes on.
    expect(log.slice(0, 5)).toEqual(["asked", "made", "asked", "made", "asked"]);
    expect(log.filter((entry) => entry === "step")).toHaveLength(4);
  });

  test.each([
    ["ends by itself", "ends", 0, "trained 2 epochs"],
    ["ends with its exit code", "exits", 3, "in flight"],
    ["ends with its error", "throws", 1, "in flight"],
  ])("a process %s", (_, how, code, text) => {
    const script = fileURLToPath(new URL("../../testing/ending.ts", import.meta.url));
    const flags = ["--import", "tsx", "--conditions=lepta-source"];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, script, how], {
      encoding: "utf8",
      timeout: 50_000,
    });
    expect([status, signal]).toEqual([code, null]);
    expect(stdout).toContain(text);
    if (how === "throws") expect(stderr).toContain("an error elsewhere");
    expect(stderr).not.toContain("terminate");
  });
});

describe("an engine", () => {
  test("starts and ends many times, with several sessions and threads", async () => {
    const x = input("x", "float32", [64, 64]);
    const graph = buildGraph({ y: matMul(x, x) });
    const feeds = { x: { data: new Float32Array(64 * 64).fill(1), shape: [64, 64] } };
    for (let i = 0; i < 20; i++) {
      const engine = startWorker();
      const sessions = await Promise.all([1, 2, 2].map((threads) => engine.createSession(graph, { threads })));
      const results = await Promise.all(sessions.map((session) => session.run(feeds)));
      expect(results.map(({ y }) => y?.data[0])).toEqual([64, 64, 64]);
      // Some are left to the engine.
      await sessions[0]?.close();
      await engine.close();
    }
  });

  test("that is closed refuses, once more and by code", async () => {
    const engine = startWorker();
    const graph = buildGraph({ y: relu().apply({}, input("x", "float32", [1]), {} as never) });
    const session = await engine.createSession(graph, {});
    await engine.close();
    await engine.close();
    const feeds = { x: { data: Float32Array.of(1), shape: [1] } };
    await expect(session.run(feeds)).rejects.toMatchObject({ code: "session-run-failed" });
    await expect(engine.createSession(graph, {})).rejects.toMatchObject({ code: "session-create-failed" });
  });
});
