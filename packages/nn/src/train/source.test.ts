// Training on examples that are made as they are needed: the whole arrays' curve, prepared ahead, resumed, and closed.
import { describe, expect, test } from "vitest";
import type {
  ExampleSource,
  ExampleStream,
  Examples,
  FitEvent,
  FitOptions,
  SourceContext,
  TensorData,
} from "../index.ts";
import {
  adam,
  batchNorm,
  crossEntropy,
  dropout,
  fit,
  layer,
  linear,
  log,
  NnError,
  relu,
  rng,
  sequential,
} from "../index.ts";

const [count, width] = [150, 4];
const random = rng(1);
const x = Float32Array.from({ length: count * width }, () => random.normal());
const y = BigInt64Array.from({ length: count }, (_, i) => ((x[width * i] ?? 0) > 0 ? 1n : 0n));
const whole: Examples = { inputs: { data: x, shape: [count, width] }, target: { data: y, shape: [count] } };

/** The rows of the examples, each number moved by a random one. */
function rowsOf(rows: Iterable<number>, moved?: SourceContext["random"]): Examples {
  const list = [...rows];
  const own = list.flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]);
  return {
    inputs: {
      data: Float32Array.from(own, (value) => value + (moved?.normal(0, 0.1) ?? 0)),
      shape: [list.length, width],
    },
    target: { data: BigInt64Array.from(list, (row) => y[row] ?? 0n), shape: [list.length] },
  };
}

const net = sequential(linear(8), batchNorm(), relu(), dropout(0.3), linear(2));
const base: FitOptions = {
  data: whole,
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.02 }),
  batchSize: 8,
  stepsPerRun: 5,
  epochs: 3,
  seed: 3,
};

interface Outcome {
  readonly events: readonly FitEvent[];
  readonly losses: readonly number[];
  readonly error: NnError | undefined;
}

async function watch(options: Partial<FitOptions>, network = net): Promise<Outcome> {
  const events: FitEvent[] = [];
  let error: NnError | undefined;
  try {
    for await (const event of fit(network, { ...base, ...options })) events.push(event);
  } catch (caught) {
    error = caught as NnError;
  }
  return { events, error, losses: events.flatMap((event) => (event.type === "step" ? [event.loss] : [])) };
}

/** A stream of pieces of these sizes in turn, moved at random. */
function streamOf(sizes: readonly number[], ended: () => void = () => {}): ExampleStream {
  return {
    async *batches({ random: own }) {
      try {
        for (let at = 0, i = 0; at < count; i++) {
          const rows = Array.from({ length: Math.min(sizes[i % sizes.length] ?? 1, count - at) }, (_, k) => at + k);
          await Promise.resolve();
          yield rowsOf(rows, own);
          at += rows.length;
        }
      } finally {
        ended();
      }
    },
  };
}

const augmented: ExampleSource = { count, batch: async (rows, { random: own }) => rowsOf(rows, own) };

describe("a source of examples", () => {
  test("gives the curve of the whole arrays, bit for bit", async () => {
    const { losses } = await watch({});
    expect(losses).toHaveLength(3 * 19);
    const sync: ExampleSource = { count, batch: (rows) => rowsOf(rows) };
    const slow: ExampleSource = {
      count,
      batch: async (rows) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return rowsOf(rows);
      },
    };
    expect((await watch({ data: sync })).losses).toEqual(losses);
    expect((await watch({ data: slow })).losses).toEqual(losses);
  });

  test("may be a stream in pieces of any size", async () => {
    const { losses } = await watch({ shuffle: false });
    for (const size of [1, 7, 8, 40, 41, 150, 1000]) {
      const stream: ExampleStream = {
        *batches() {
          for (let at = 0; at < count; at += size)
            yield rowsOf(Array.from({ length: Math.min(size, count - at) }, (_, i) => at + i));
        },
      };
      expect((await watch({ data: stream, shuffle: false })).losses).toEqual(losses);
    }
  });

  test("may fill its own arrays again", async () => {
    const { losses } = await watch({ shuffle: false });
    const inputs = { data: new Float32Array(10 * width), shape: [10, width] };
    const target = { data: new BigInt64Array(10), shape: [10] };
    const stream: ExampleStream = {
      count,
      *batches() {
        for (let at = 0; at < count; at += 10) {
          inputs.data.set(x.subarray(at * width, (at + 10) * width));
          target.data.set(y.subarray(at, at + 10));
          yield { inputs, target };
        }
      },
    };
    expect((await watch({ data: stream })).losses).toEqual(losses);
  });

  test("is told the epoch and draws other numbers in each, the same in every training", async () => {
    const contexts: SourceContext[] = [];
    const stream: ExampleStream = {
      batches(context) {
        contexts.push(context);
        return streamOf([8]).batches(context);
      },
    };
    const first = await watch({ data: stream });
    expect(contexts.map(({ epoch, batchSize }) => [epoch, batchSize])).toEqual([
      [1, 8],
      [2, 8],
      [3, 8],
    ]);
    expect(contexts.every(({ signal }) => signal.aborted)).toBe(true);
    expect(first.losses).toEqual((await watch({ data: stream })).losses);
    expect(first.losses).not.toEqual((await watch({ data: stream, seed: 4 })).losses);
    const drawn: number[] = [];
    const source: ExampleSource = {
      count,
      batch(rows, { random: own }) {
        drawn.push(own.bits());
        return rowsOf(rows);
      },
    };
    await watch({ data: source });
    expect(new Set(drawn).size).toBe(3 * 19);
  });

  test("prepares the next run while one is in flight, over the ends of epochs", async () => {
    const log: string[] = [];
    const source: ExampleSource = {
      count,
      batch(rows, { epoch }) {
        log.push(`epoch ${epoch}`);
        return rowsOf(rows);
      },
    };
    for await (const event of fit(net, { ...base, data: source, epochs: 2 })) log.push(event.type);
    // 5 batches a run: those of the second have been asked for when the first step is told.
    expect(log.indexOf("step")).toBeGreaterThan(10);
    expect(log.indexOf("epoch 2")).toBeLessThan(log.indexOf("epoch"));
  });

  test("says how many steps there are where it knows", async () => {
    const start = async (data: FitOptions["data"]) => (await watch({ data, epochs: 1 })).events[0];
    expect(await start(augmented)).toMatchObject({ stepsPerEpoch: 19 });
    expect(await start({ ...streamOf([8]), count })).toMatchObject({ stepsPerEpoch: 19 });
    expect(await start(streamOf([8]))).not.toHaveProperty("stepsPerEpoch");
  });
});

describe.each<[string, ExampleSource | ExampleStream]>([
  ["a source with augmentation", augmented],
  ["a stream with augmentation", streamOf([13, 1, 30])],
])("a training on %s", (_, data) => {
  test("resumes in the middle of an epoch with the same curve", async () => {
    const kept: Uint8Array[] = [];
    const to = (bytes: Uint8Array): void => void kept.push(bytes);
    const { losses, events } = await watch({ data, checkpoint: { to, everySteps: 5 } });
    const steps = events.flatMap((event) => (event.type === "checkpoint" ? [event.step] : []));
    expect(steps.slice(0, 5)).toEqual([5, 10, 15, 19, 24]);
    for (const [i, resume] of kept.entries())
      expect((await watch({ data, resume })).losses).toEqual(losses.slice(steps[i]));
  });

  test("resumes after the signal with the same curve", async () => {
    const controller = new AbortController();
    let resume = new Uint8Array(0);
    const checkpoint = {
      to(bytes: Uint8Array<ArrayBuffer>) {
        resume = bytes;
      },
    };
    const first: number[] = [];
    let code = "";
    try {
      for await (const event of fit(net, { ...base, data, checkpoint, signal: controller.signal })) {
        if (event.type !== "step") continue;
        first.push(event.loss);
        if (event.step === 25) controller.abort();
      }
    } catch (error) {
      code = (error as NnError).code;
    }
    expect(code).toBe("training-aborted");
    const { losses } = await watch({ data });
    expect([...first, ...(await watch({ data, resume })).losses]).toEqual(losses);
  });
});

describe("the end of a training on a source", () => {
  test("has the training's error, not the source's after it", async () => {
    const data: ExampleStream = {
      *batches() {
        try {
          for (;;) yield whole;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: a source that fails once more while it is closed
          throw new Error("late");
        }
      },
    };
    const { error } = await watch(
      { data, epochs: 1 },
      sequential(
        linear(2),
        linear(3),
        layer({
          name: "odd",
          init: () => ({}),
          apply: () => {
            throw new NnError("shape-mismatch", "odd", "none");
          },
        }),
      ),
    );
    expect(error?.code).toBe("shape-mismatch");
  });

  test("closes the stream, after the last epoch and before", async () => {
    let ends = 0;
    const validation = whole;
    const data = streamOf([8], () => void ends++);
    await watch({ data });
    expect(ends).toBe(3);
    ends = 0;
    const metrics = { worse: () => 0 };
    const { events } = await watch({
      data,
      validation,
      metrics,
      epochs: 9,
      earlyStopping: { monitor: "worse", patience: 1 },
    });
    expect(events.at(-1)).toMatchObject({ reason: "early-stopping", epochs: 2 });
    // The third epoch was being prepared.
    expect(ends).toBe(3);
  });

  test("does not wait for a source that never answers", async () => {
    const controller = new AbortController();
    let asked = 0;
    const data: ExampleSource = {
      count,
      batch(rows) {
        asked++;
        if (asked === 7) setTimeout(() => controller.abort(), 5);
        return asked < 7 ? rowsOf(rows) : new Promise(() => {});
      },
    };
    const { error, losses } = await watch({ data, signal: controller.signal });
    expect(error?.code).toBe("training-aborted");
    expect(losses).toHaveLength(5);
  });

  test("does not wait for a first batch that never comes", async () => {
    const controller = new AbortController();
    let closed = false;
    const data: ExampleStream = {
      async *batches({ signal }) {
        setTimeout(() => controller.abort(), 5);
        try {
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        } finally {
          closed = true;
        }
      },
    };
    const never: ExampleSource = {
      count,
      batch() {
        setTimeout(() => controller.abort(), 5);
        return new Promise(() => {});
      },
    };
    for (const own of [data, never])
      expect((await watch({ data: own, signal: controller.signal })).error?.code).toBe("training-aborted");
    expect(closed).toBe(true);
  });

  test("tells a source that waits by its signal", async () => {
    const controller = new AbortController();
    let stopped = false;
    const data: ExampleStream = {
      async *batches({ signal }) {
        yield rowsOf([1, 2, 3, 4, 5, 6, 7, 8]);
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve());
          setTimeout(() => controller.abort(), 5);
        });
        stopped = true;
      },
    };
    expect((await watch({ data, signal: controller.signal })).error?.code).toBe("training-aborted");
    expect(stopped).toBe(true);
  });

  test.each([0, 3, 12, 20, 150])("by an error after %i examples has one code, and its cause", async (after) => {
    const cause = new Error("the disk is gone");
    let ended = false;
    const data: ExampleStream = {
      async *batches() {
        try {
          for (let i = 0; i < after; i++) yield rowsOf([i]);
          throw cause;
        } finally {
          ended = true;
        }
      },
    };
    const { error, losses } = await watch({ data });
    expect(error).toMatchObject({ code: "training-source-failed", cause });
    expect(error?.message).toContain("the disk is gone");
    expect(ended).toBe(true);
    // Whole runs that came before were taken.
    expect(losses).toHaveLength(after === 150 ? 15 : 0);
    const source: ExampleSource = { count, batch: () => Promise.reject(cause) };
    expect((await watch({ data: source })).error).toMatchObject({ code: "training-source-failed", cause });
  });

  test("by a loss that is not finite names the layer", async () => {
    const logarithm = layer({ name: "logarithm", init: () => ({}), apply: (_, value) => log(value) });
    const positive = (examples: Examples, from: number): Examples => ({
      ...examples,
      inputs: {
        ...(examples.inputs as TensorData),
        data: Float32Array.from(
          (examples.inputs as TensorData).data as Float32Array,
          (value) => Math.abs(value) - from,
        ),
      },
    });
    let asked = 0;
    const data: ExampleSource = { count, batch: (rows) => positive(rowsOf(rows), asked++ === 7 ? 100 : -1) };
    const { error, losses } = await watch({ data }, sequential(logarithm, linear(2)));
    expect(error?.code).toBe("loss-not-finite");
    expect(error?.message).toContain("at step 8");
    expect(error?.message).toContain("logarithm");
    expect(losses).toHaveLength(7);
  });
});

test.each<[string, string, ExampleSource | ExampleStream]>([
  ["no examples", "training-data-invalid", { *batches() {} }],
  [
    "no examples in the second epoch",
    "training-data-invalid",
    { batches: ({ epoch }) => (epoch === 1 ? [whole] : []) },
  ],
  ["a count of 0", "training-data-invalid", { count: 0, batch: (rows) => rowsOf(rows) }],
  ["fewer examples than asked for", "training-data-invalid", { count, batch: (rows) => rowsOf(rows.slice(1)) }],
  [
    "another size of an example",
    "training-data-invalid",
    { batches: () => [whole, { ...whole, inputs: { data: x, shape: [count, 2, 2] } }] },
  ],
  [
    "another element type",
    "training-data-invalid",
    { batches: () => [whole, { ...whole, target: { data: Int32Array.from(y, Number), shape: [count] } }] },
  ],
  ["what is no iterable", "training-source-failed", { batches: () => 5 as never }],
])("%s is refused", async (_, code, data) => {
  expect((await watch({ data })).error?.code).toBe(code);
});
