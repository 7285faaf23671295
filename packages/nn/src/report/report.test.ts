// What watches a training: the terminal line, TensorBoard files, MLflow, the picture of the curves.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FitEvent, FitOptions, MlflowOptions } from "../index.ts";
import {
  adam,
  crossEntropy,
  curveSvg,
  fit,
  linear,
  mlflow,
  NnError,
  progressLine,
  rng,
  sequential,
  tensorBoard,
} from "../index.ts";
import { crc32c, maskedCrc32c } from "./crc32c.ts";
import { duration } from "./progress-line.ts";

const random = rng(1);
const examples = (count: number) => ({
  inputs: { data: Float32Array.from({ length: count * 2 }, () => random.normal()), shape: [count, 2] },
  target: { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)), shape: [count] },
});
const options: FitOptions = {
  data: examples(40),
  validation: examples(20),
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.01 }),
  batchSize: 8,
  epochs: 3,
  metrics: { accuracy: () => 0.5, "odd <name>": () => Number.NaN },
};
const net = sequential(linear(2));

async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const all: FitEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe("the progress line", () => {
  const start: FitEvent = { type: "start", step: 0, epoch: 0, epochs: 2, stepsPerEpoch: 100 };
  async function* training(): AsyncGenerator<FitEvent> {
    yield start;
    for (let step = 1; step <= 100; step++) yield { type: "step", step, epoch: 1, loss: 1 / step };
    yield { type: "epoch", epoch: 1, loss: 0.25, seconds: 10, validation: { loss: 0.5, auc: 0.75 } };
  }

  test("tells step, speed and the time left, on one line, not too often", async () => {
    const written: string[] = [];
    let clock = 0;
    const terminal = { isTTY: true, columns: 160, write: (text: string) => written.push(text) };
    const seen = await collect(progressLine(training(), { terminal, now: () => (clock += 50) }));
    expect(seen).toEqual(await collect(training()));
    expect(written.length).toBeGreaterThan(10);
    expect(written.length).toBeLessThan(103);
    expect(written.at(-2)).toMatch(
      /^\repoch 1 · step 100\/200 \(50 %\) · loss 0\.2500 · validation loss 0\.5000 · validation auc 0\.7500 · .* steps\/s · \d+ s left.\[K$/,
    );
    expect(written.at(-1)).toBe("\n");
    expect(written.slice(0, -1).every((text) => text.startsWith("\r") && !text.includes("\n"))).toBe(true);
  });

  test("learns the length of an epoch from the first, where a source does not say it", async () => {
    const written: string[] = [];
    async function* unknown(): AsyncGenerator<FitEvent> {
      yield { type: "start", step: 0, epoch: 0, epochs: 2 };
      for await (const event of training()) if (event.type !== "start") yield event;
    }
    const terminal = { isTTY: true, columns: 160, write: (text: string) => written.push(text) };
    await collect(progressLine(unknown(), { terminal, everyMs: 0 }));
    expect(written[0]).toMatch(/^\repoch 1 · step 1 · loss 1\.0000/);
    expect(written.at(-2)).toMatch(/^\repoch 1 · step 100\/200 \(50 %\) · loss 0\.2500/);
  });

  test("corrects the length of an epoch where a stream's epochs differ, and never passes the whole", async () => {
    const written: string[] = [];
    async function* uneven(): AsyncGenerator<FitEvent> {
      yield { type: "start", step: 0, epoch: 0, epochs: 3 };
      let step = 0;
      for (const [epoch, length] of [2, 18, 10].entries()) {
        for (let i = 0; i < length; i++) yield { type: "step", step: ++step, epoch: epoch + 1, loss: 1 };
        yield { type: "epoch", epoch: epoch + 1, loss: 1, seconds: 1 };
      }
    }
    const terminal = { isTTY: true, columns: 160, write: (text: string) => written.push(text) };
    await collect(progressLine(uneven(), { terminal, everyMs: 0 }));
    const shares = written.flatMap((text) => /\((\d+) %\)/.exec(text)?.[1] ?? []).map(Number);
    expect(Math.max(...shares)).toBe(100);
    expect(written.some((text) => text.includes("step 20/30 (66 %)"))).toBe(true);
    expect(written.at(-2)).toContain("epoch 3 · step 30/30 (100 %)");
  });

  test("is cut to the terminal's width, and silent without one", async () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    await collect(progressLine(training(), { terminal: { isTTY: true, columns: 20, write } }));
    expect(written.every((text) => text.length <= 1 + 19 + 3)).toBe(true);
    written.length = 0;
    await collect(progressLine(training(), { terminal: { write } }));
    expect(written).toEqual([]);
  });

  test("gives the events alone, with a terminal or without, and takes a width of 0 as unknown", async () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    const run = Object.assign(training(), { result: Promise.resolve() });
    expect(progressLine(run, { terminal: { write } })).not.toHaveProperty("result");
    expect(progressLine(run, { terminal: { isTTY: true, write } })).not.toHaveProperty("result");
    await collect(progressLine(training(), { terminal: { isTTY: true, columns: 80, write }, now: () => 0 }));
    const wide = written.splice(0);
    await collect(progressLine(training(), { terminal: { isTTY: true, columns: 0, write }, now: () => 0 }));
    expect(written).toEqual(wide);
  });

  test.each([
    [0.4, "0 s"],
    [59, "59 s"],
    [125, "2 min 05 s"],
    [4020, "1 h 07 min"],
  ])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe("TensorBoard files", () => {
  const folder = mkdtempSync(join(tmpdir(), "nn-tensorboard-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let events: FitEvent[] = [];
  let file = "";
  beforeAll(async () => {
    events = await collect(tensorBoard(fit(net, options), join(folder, "run")));
    file = join(folder, "run", readdirSync(join(folder, "run"))[0] ?? "");
  });

  test("have the checksums of RFC 3720", () => {
    const bytes = (list: readonly number[]): Uint8Array => Uint8Array.from(list);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(bytes(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  test("are TFRecords: version first, then one record a step and one an epoch", () => {
    expect(file).toMatch(/events\.out\.tfevents\.\d+\./);
    const bytes = readFileSync(file);
    const records: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(at));
      expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc32c(bytes.subarray(at, at + 8)));
      const data = bytes.subarray(at + 12, at + 12 + length);
      expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
      records.push(data);
      at += length + 16;
    }
    expect(records).toHaveLength(1 + 15 + 3);
    expect(records[0]?.includes("brain.Event:2")).toBe(true);
  });

  const python = process.env.LEPTA_TEST_PYTHON;
  const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
a.Reload()
tags = a.Tags()["scalars"]
print(json.dumps({t: [[e.step, str(e.value)] for e in a.Scalars(t)] for t in tags}))`;
  test.skipIf(python === undefined)(
    python === undefined ? "are read by TensorBoard (no LEPTA_TEST_PYTHON)" : "are read by TensorBoard",
    async (context) => {
      const has = await promisify(execFile)(python as string, ["-c", "import tensorboard"]).catch(() => undefined);
      if (has === undefined) return context.skip("tensorboard is not installed in LEPTA_TEST_PYTHON");
      const { stdout } = await promisify(execFile)(python as string, ["-c", reader, join(folder, "run")]);
      const scalars = JSON.parse(stdout) as Record<string, [number, string][]>;
      expect(Object.keys(scalars).sort()).toEqual(
        ["loss/step", "loss/train", "loss/validation", "metric/accuracy", "metric/odd <name>"].sort(),
      );
      const steps = events.flatMap((event) => (event.type === "step" ? [[event.step, event.loss]] : []));
      expect(scalars["loss/step"]?.map(([step, value]) => [step, Number(value)])).toEqual(steps);
      const epochs = events.flatMap((event) => (event.type === "epoch" ? [Math.fround(event.loss)] : []));
      expect(scalars["loss/train"]?.map(([step]) => step)).toEqual([5, 10, 15]);
      expect(scalars["loss/train"]?.map(([, value]) => Number(value))).toEqual(epochs);
      expect(scalars["metric/odd <name>"]?.[0]?.[1]).toBe("nan");
    },
    120_000,
  );
});

describe("MLflow", () => {
  interface Call {
    readonly path: string;
    readonly body: Record<string, unknown>;
  }
  const calls: Call[] = [];
  let refuse = "";
  const text = (value: unknown): boolean => typeof value === "string";
  const list = (value: unknown): Record<string, unknown>[] => (value ?? []) as Record<string, unknown>[];
  /** What the REST API's documentation demands of each request; an empty list when all is well. */
  const problems = ({ path, body }: Call): string[] => {
    const wrong: string[] = [];
    const demand = (holds: boolean, what: string): void => void (holds || wrong.push(`${path}: ${what}`));
    const pairs = (name: string): void =>
      demand(
        list(body[name]).every(({ key, value }) => text(key) && text(value)),
        name,
      );
    if (path === "runs/create") {
      demand(text(body.experiment_id) && Number.isSafeInteger(body.start_time), "experiment_id, start_time");
      pairs("tags");
    } else if (path === "runs/log-batch") {
      demand(text(body.run_id), "run_id");
      pairs("params");
      const metrics = list(body.metrics);
      demand(metrics.length <= 1000 && list(body.params).length <= 100, "limits");
      for (const { key, value, timestamp, step } of metrics) {
        const numeric = typeof value === "number" || ["NaN", "Infinity", "-Infinity"].includes(value as string);
        demand(text(key) && numeric && Number.isSafeInteger(timestamp) && Number.isSafeInteger(step), "metrics");
      }
    } else if (path === "runs/update") {
      const known = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"].includes(body.status as string);
      demand(text(body.run_id) && known && Number.isSafeInteger(body.end_time), "run_id, status, end_time");
    } else demand(path === "experiments/create" && text(body.name), "an endpoint that is known");
    return wrong;
  };
  const server = createServer((request, response) => {
    let received = "";
    request.on("data", (part) => (received += part));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://server");
      const path = url.pathname.replace("/api/2.0/mlflow/", "");
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      if (path === refuse) return answer(403, { error_code: "PERMISSION_DENIED", message: "not you" });
      if (path === "experiments/get-by-name") {
        if (url.searchParams.get("experiment_name") === "known")
          return answer(200, { experiment: { experiment_id: "7" } });
        return answer(404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no such experiment" });
      }
      const call = { path, body: JSON.parse(received) as Record<string, unknown> };
      calls.push(call);
      const wrong = problems(call);
      if (wrong.length > 0) return answer(400, { error_code: "INVALID_PARAMETER_VALUE", message: wrong.join("; ") });
      if (path === "experiments/create") return answer(200, { experiment_id: "8" });
      if (path === "runs/create") return answer(200, { run: { info: { run_id: "abc" }, data: {} } });
      return answer(200, {});
    });
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const logged = async (own: Partial<MlflowOptions>, training = fit(net, options)): Promise<FitEvent[]> => {
    calls.length = 0;
    return collect(mlflow(training, { url, experiment: "known", ...own }));
  };

  test("gets a run with parameters, metrics by step, and its end", async () => {
    const parameters = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`p${i}`, i]));
    const events = await logged({ experiment: "new one", run: "first", parameters, tags: { data: "abc" } });
    expect(calls.slice(0, 4).map(({ path }) => path)).toEqual([
      "experiments/create",
      "runs/create",
      "runs/log-batch",
      "runs/log-batch",
    ]);
    expect(calls[1]?.body).toMatchObject({
      experiment_id: "8",
      run_name: "first",
      tags: [{ key: "data", value: "abc" }],
    });
    const metrics = calls.flatMap(({ body }) => list(body.metrics));
    const losses = events.flatMap((event) => (event.type === "step" ? [event.loss] : []));
    expect(metrics.filter(({ key }) => key === "loss").map(({ value }) => value)).toEqual(losses);
    expect(metrics.filter(({ key }) => key === "validation_accuracy").map(({ step }) => step)).toEqual([5, 10, 15]);
    expect(metrics.find(({ key }) => key === "validation_odd <name>")?.value).toBe("NaN");
    expect(calls.at(-1)).toMatchObject({ path: "runs/update", body: { run_id: "abc", status: "FINISHED" } });
  });

  test("says how a training that did not finish ended", async () => {
    const controller = new AbortController();
    const training = fit(net, { ...options, epochs: 10_000, signal: controller.signal });
    calls.length = 0;
    const reading = (async () => {
      for await (const event of mlflow(training, { url, experiment: "known" }))
        if (event.type === "epoch") controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "training-aborted" });
    expect(calls.at(-1)?.body.status).toBe("KILLED");
  });

  test("that refuses is an error with the server's words, or goes to onError while the events go on", async () => {
    refuse = "runs/create";
    await expect(logged({})).rejects.toMatchObject({
      code: "reporting-failed",
      message: expect.stringMatching(/runs\/create was answered with status 403 \(PERMISSION_DENIED: not you\)/),
    });
    const errors: NnError[] = [];
    const events = await logged({ onError: (error) => errors.push(error) });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(NnError);
    expect(events.at(-1)?.type).toBe("end");
    refuse = "";
    await expect(logged({ url: "http://127.0.0.1:1" })).rejects.toMatchObject({ code: "reporting-failed" });
  });
});

describe("the picture of the curves", () => {
  test("is well-formed, with both curves, both themes and a panel for each metric", async () => {
    const model = await fit(net, options).result;
    const svg = curveSvg(model.history, { title: 'A & B <"quoted">', training: { accuracy: [0.1, 0.2, 0.3] } });
    expect(checkXml(svg)).toEqual([]);
    expect(svg.match(/<g>/g)).toHaveLength(3);
    // Loss and accuracy have two curves each; the metric that is never finite has none.
    expect(svg.match(/<polyline class="curve train"/g)).toHaveLength(2);
    expect(svg.match(/<polyline class="curve validation"/g)).toHaveLength(2);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toContain("NaN");
    expect(svg).toContain("odd &lt;name&gt;");
  });

  test("shows one epoch as points, and gaps where a figure is missing", () => {
    const one: FitEvent = { type: "epoch", epoch: 1, loss: 2, seconds: 1, validation: { loss: 3 } };
    expect(curveSvg([one]).match(/<circle/g)).toHaveLength(2);
    expect(checkXml(curveSvg([]))).toEqual([]);
    const losses = [3, 2, Number.POSITIVE_INFINITY, 2, 1];
    const events = losses.map((loss, i): FitEvent => ({ type: "epoch", epoch: i + 1, loss, seconds: i }));
    expect(curveSvg(events).match(/<polyline/g)).toHaveLength(2);
  });
});

/** Open tags that are not closed in order, and characters that XML does not allow bare. */
function checkXml(xml: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close, name, rest, text] of xml.matchAll(/<(\/?)([a-z]+)((?:[^>"]|"[^"]*")*)>([^<]*)/g)) {
    if (close === "/") {
      if (open.pop() !== name) wrong.push(`</${name}>`);
    } else if (!rest?.endsWith("/")) open.push(name ?? "");
    if (/&(?!amp;|lt;|gt;|quot;)/.test(`${rest}${text}`)) wrong.push(`bare & after <${name}>`);
    if (rest && !/^(\s+[a-zA-Z0-9-]+="[^"<]*")*\s*\/?$/.test(rest)) wrong.push(`attributes of <${name}>: ${rest}`);
  }
  return [...wrong, ...open];
}
