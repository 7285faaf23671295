// Compression that is measured: a smaller or faster model comes back only if it is so here, within the accuracy budget.
import { availableParallelism, cpus } from "node:os";
import { createSession, decodeModel, encodeOnnx, type Feeds, type Graph, type Session } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { metrics as known } from "../evaluate/metrics/index.ts";
import { advantage, type Metric, type MetricValues } from "../evaluate/metrics/metric.ts";
import { computeProductsInt8 } from "./int8-products.ts";
import { storeWeightsInt8 } from "./int8-weights.ts";
import { measureTimes } from "./measure-time.ts";

const methods: Readonly<Record<CompressionMethod, (graph: Graph, minElements: number) => Graph>> = {
  "int8-weights": storeWeightsInt8,
  "int8-products": computeProductsInt8,
};

export type CompressionMethod = "int8-weights" | "int8-products";

export interface CompressOptions {
  /** An ONNX model of operators that @lepta/nn knows; its metadata is kept. */
  readonly model: Uint8Array;
  /** Rows to time a run on, for example one serving batch. */
  readonly feeds: Feeds;
  /** Metrics of a model on held-out rows; called for the original and each candidate. */
  readonly measure: (session: Session) => Promise<MetricValues>;
  /** For each metric, by how much it may get worse, as a positive number. */
  readonly maxLoss: Readonly<Record<string, number>>;
  /** Which direction of each is better. Default: the metrics of the house. */
  readonly metrics?: readonly Pick<Metric, "name" | "direction">[];
  /** What a candidate must beat the original in, and is chosen by. Default "size". */
  readonly goal?: "size" | "speed";
  /** Default ["int8-weights"]. "int8-products" makes a row's result depend a little on its batch: ask for it. */
  readonly methods?: readonly CompressionMethod[];
  /** Weights with fewer elements stay as they are. Default 1,024. */
  readonly minElements?: number;
  /** Threads of the timed sessions. Default 1. */
  readonly threads?: number;
  /** Timed runs of each model. Default 30. */
  readonly rounds?: number;
}

/** What was measured of one model. */
export interface MeasuredModel {
  readonly bytes: number;
  readonly medianMs: number;
  /** Time against the original's, measured in turn. */
  readonly timeRatio: number;
  readonly metrics: MetricValues;
}

export interface CompressionCandidate extends MeasuredModel {
  readonly method: CompressionMethod;
  /** By how much each budgeted metric got worse; negative: better. */
  readonly loss: MetricValues;
  readonly accepted: boolean;
  /** Why, in one sentence with the numbers. */
  readonly reason: string;
}

export interface CompressionReport {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly platform: string; readonly node: string };
  readonly threads: number;
  readonly rounds: number;
  readonly timedRows: number;
  readonly goal: "size" | "speed";
  readonly original: MeasuredModel;
  readonly candidates: readonly CompressionCandidate[];
  readonly chosen: CompressionMethod | undefined;
}

/** Below this ratio a time counts as faster and a size as smaller: less is noise or not worth a new artifact. */
const worthwhile = 0.95;

/**
 * Tries each method and returns the best accepted model, or none, with the report of all.
 * Throws compress-unsupported when no method changes the graph, metric-undefined when a budgeted metric is not measured.
 */
export async function compressModel(
  options: CompressOptions,
): Promise<{ model: Uint8Array | undefined; report: CompressionReport }> {
  const { goal = "size", minElements = 1024, threads = 1, rounds = 30, feeds } = options;
  const { graph, metadata, producerVersion } = decodeModel(options.model);
  const tried = (options.methods ?? ["int8-weights"])
    .map((method) => ({ method, graph: methods[method](graph, minElements) }))
    .filter((candidate) =>
      candidate.graph.constants.some((tensor) => !graph.constants.some((c) => c.node === tensor.node)),
    )
    .map((candidate) => ({ ...candidate, model: encodeOnnx(candidate.graph, { metadata, producerVersion }) }));
  if (tried.length === 0) {
    throw new MlError(
      "compress-unsupported",
      `The model has no constant matrix of ${minElements} or more float32 elements.`,
      "Keep the model as it is, or lower minElements.",
    );
  }
  const sessions: Session[] = [];
  try {
    for (const model of [options.model, ...tried.map((candidate) => candidate.model)])
      sessions.push(await createSession(model, { threads }));
    const metrics: MetricValues[] = [];
    for (const session of sessions) metrics.push(await options.measure(session));
    const times = await measureTimes(sessions, feeds, rounds);
    const measured = (i: number, bytes: number): MeasuredModel => ({
      bytes,
      medianMs: times[i]!.medianMs,
      timeRatio: times[i]!.ratio,
      metrics: metrics[i]!,
    });
    const original = measured(0, options.model.length);
    const candidates = tried.map(({ method, model }, i) =>
      judge(method, measured(i + 1, model.length), original, options, goal),
    );
    const best = bestOf(
      candidates.filter((candidate) => candidate.accepted),
      goal,
    );
    const report = {
      machine: machine(),
      threads,
      rounds,
      timedRows: Object.values(feeds)[0]?.shape[0] ?? 0,
      goal,
      original,
      candidates,
      chosen: best?.method,
    };
    return { model: tried.find((candidate) => candidate.method === best?.method)?.model, report };
  } finally {
    for (const session of sessions) await session.close();
  }
}

function judge(
  method: CompressionMethod,
  model: MeasuredModel,
  original: MeasuredModel,
  { maxLoss, metrics = Object.values(known) }: Pick<CompressOptions, "maxLoss" | "metrics">,
  goal: "size" | "speed",
): CompressionCandidate {
  const loss: Record<string, number> = {};
  const over: string[] = [];
  for (const [name, budget] of Object.entries(maxLoss)) {
    const metric = metrics.find((one) => one.name === name);
    const before = original.metrics[name];
    const after = model.metrics[name];
    if (metric === undefined || before === undefined || after === undefined) {
      throw new MlError("metric-undefined", `The budget is in ${name}, which was not measured.`, "Measure it too.");
    }
    const worse = -advantage(metric, after, before);
    loss[name] = worse;
    if (!(worse <= budget)) over.push(`${name} got worse by ${worse.toPrecision(3)}, the budget is ${budget}`);
  }
  const ratio = goal === "size" ? model.bytes / original.bytes : model.timeRatio;
  const sizeRatio = (model.bytes / original.bytes).toFixed(2);
  const gain = `Size ${sizeRatio}, time ${model.timeRatio.toFixed(2)} of the original's`;
  const accepted = over.length === 0 && ratio <= worthwhile;
  const verdict = over.length > 0 ? `: ${over.join("; ")}.` : accepted ? "." : `: ${goal} does not gain enough.`;
  return { ...model, method, loss, accepted, reason: gain + verdict };
}

/** The best by the goal; of those within 5 % of it, the best by the other. */
function bestOf(accepted: readonly CompressionCandidate[], goal: "size" | "speed"): CompressionCandidate | undefined {
  const keys = { size: (c: CompressionCandidate) => c.bytes, speed: (c: CompressionCandidate) => c.timeRatio };
  const [first, second] = goal === "size" ? [keys.size, keys.speed] : [keys.speed, keys.size];
  const least = Math.min(...accepted.map(first));
  const near = accepted.filter((candidate) => first(candidate) * worthwhile <= least);
  return near.sort((a, b) => second(a) - second(b))[0];
}

function machine(): CompressionReport["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
  };
}
