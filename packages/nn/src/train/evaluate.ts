// Evaluation during training: predictions and mean loss on the validation examples, in chunks of fixed size.
import type { NumericArray, TensorData } from "../dtype.ts";
import { allocate, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { buildGraph, topological } from "../graph/build.ts";
import type { Graph, Tensor } from "../graph/node.ts";
import { listParameters } from "../layers/parameters.ts";
import type { OpenSession, Session, SessionOptions } from "../runtime/session.ts";
import { sizeOf } from "../shape.ts";
import { input } from "../tensor/leaves.ts";
import type { NamedExamples } from "./data/examples.ts";
import type { Evaluated } from "./forward.ts";
import { forwardPass } from "./forward.ts";
import { namedOutputs, partOf } from "./ports.ts";

const largestChunk = 2048;
const mostBytes = 2 ** 25;
const mostLossElements = 2 ** 26;
/** The name of a network's only output; others' own names stand after the prefix. */
const single = "";
const outputPrefix = "prediction.";

interface Evaluation {
  readonly loss: number;
  /** Predictions of all examples, in their order. */
  readonly prediction: TensorData | Readonly<Record<string, TensorData>>;
}

export interface Evaluator {
  evaluate(parameters: readonly TensorData[]): Promise<Evaluation>;
  close(): Promise<void>;
}

/**
 * An evaluator on `examples`; its sessions stay open until close(). The network predicts chunks of examples; the loss
 * is taken of all predictions at once, as losses that weigh, leave out or compare examples need it, unless a tensor
 * in it would be too large: then of parts, whose mean by examples it is.
 */
export async function createEvaluator(
  network: Omit<Evaluated, "arrays">,
  examples: NamedExamples,
  batchSize: number,
  open: OpenSession,
  options: SessionOptions,
): Promise<Evaluator> {
  const evaluated: Evaluated = { ...network, arrays: examples.types };
  const sizes = chunkSizes(examples.count, chunkOf(evaluated, Math.min(batchSize, examples.count)));
  const sessions = new Map<number, Session>();
  for (const size of new Set(sizes)) {
    const outputs = Object.entries(namedOutputs(forwardPass(evaluated, size).prediction, single));
    const named = outputs.map(([name, tensor]) => [outputPrefix + name, tensor] as const);
    sessions.set(size, await open(buildGraph(Object.fromEntries(named)), options));
  }
  const count = listParameters(evaluated.parameters).length;
  let lossOf: Promise<PredictionLoss> | undefined;
  return {
    async evaluate(values) {
      const fed = Array.from({ length: count }, (_, i) => [`parameter${i}`, values[i] as TensorData] as const);
      const parts = new Map<string, TensorData[]>();
      let start = 0;
      for (const size of sizes) {
        const session = sessions.get(size) as Session;
        const batch = Object.entries(examples.arrays).map(
          ([name, array]) => [name, rowsOf(array, start, size)] as const,
        );
        const result = await session.run(feedsOf(session, [...fed, ...batch]));
        for (const [name, part] of Object.entries(result)) {
          const own = parts.get(name);
          if (own === undefined) parts.set(name, [part]);
          else own.push(part);
        }
        start += size;
      }
      const joined = Object.fromEntries(
        [...parts].map(([name, own]) => [name.slice(outputPrefix.length), joinRows(own)] as const),
      );
      lossOf ??= openLoss(evaluated.loss, joined, examples, open, options);
      const loss = await (await lossOf).of(joined);
      return { loss, prediction: joined[single] ?? joined };
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      await (await lossOf?.catch(() => undefined))?.close();
    },
  };
}

interface PredictionLoss {
  of(predictions: Readonly<Record<string, TensorData>>): Promise<number>;
  close(): Promise<void>;
}

/** The loss of predictions in the shapes of `predictions`. */
async function openLoss(
  loss: Evaluated["loss"],
  predictions: Readonly<Record<string, TensorData>>,
  examples: NamedExamples,
  open: OpenSession,
  options: SessionOptions,
): Promise<PredictionLoss> {
  const all = { ...prefixed(predictions), ...examples.arrays };
  const graphOf = (rows: number): Graph => {
    const tensor = (name: string, { shape, ...array }: TensorData): Tensor =>
      input(
        name,
        dtypeOf({ shape, ...array } as TensorData),
        rows === examples.count ? shape : [rows, ...shape.slice(1)],
      );
    const inputs = (of: Readonly<Record<string, TensorData>>, prefix: string): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(of).map(([name, array]) => [name, tensor(prefix + name, array)] as const));
    const predicted = inputs(predictions, outputPrefix);
    const batch = inputs(examples.arrays, "");
    return buildGraph({ loss: loss(predicted[single] ?? predicted, partOf(batch, "target"), batch.weight) });
  };
  let rows = examples.count;
  let graph = graphOf(rows);
  const divisible = Object.values(predictions).every(({ shape }) => shape[0] === examples.count);
  while (divisible && rows > 1 && largestOf(graph) > mostLossElements) {
    rows = Math.ceil(rows / 2);
    graph = graphOf(rows);
  }
  const sizes = chunkSizes(examples.count, rows);
  const sessions = new Map<number, Session>();
  for (const size of new Set(sizes)) sessions.set(size, await open(size === rows ? graph : graphOf(size), options));
  return {
    async of(now) {
      const arrays = Object.entries({ ...all, ...prefixed(now) });
      let sum = 0;
      let start = 0;
      for (const size of sizes) {
        const session = sessions.get(size) as Session;
        const parts = arrays.map(([name, array]) => {
          return [name, size === examples.count ? array : rowsOf(array, start, size)] as const;
        });
        const result = await session.run(feedsOf(session, parts));
        sum += Number(result.loss?.data[0]) * size;
        start += size;
      }
      return sum / examples.count;
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

const prefixed = (predictions: Readonly<Record<string, TensorData>>): Readonly<Record<string, TensorData>> =>
  Object.fromEntries(Object.entries(predictions).map(([name, array]) => [outputPrefix + name, array] as const));

/** Of the arrays, those that the session takes. */
function feedsOf(session: Session, arrays: readonly (readonly [string, TensorData])[]): Record<string, TensorData> {
  const wanted = new Set(session.inputs.map(({ name }) => name));
  return Object.fromEntries(arrays.filter(([name]) => wanted.has(name)));
}

/** Elements of each tensor between the operators. */
function elementsOf(tensors: readonly Tensor[]): readonly number[] {
  const nodes = topological(tensors).filter(({ op }) => op !== "Input" && op !== "Constant");
  return nodes.flatMap(({ outputs }) => outputs.map(({ shape }) => sizeOf(shape.map(Number)) || 1));
}

function largestOf({ outputs }: Graph): number {
  return elementsOf(outputs.map(({ tensor }) => tensor)).reduce((most, own) => Math.max(most, own), 1);
}

/**
 * Examples that the network predicts at once: a multiple of the batches it is trained on, such that no tensor that
 * grows with them takes more than `mostBytes`.
 */
export function chunkOf(evaluated: Evaluated, batchSize: number): number {
  const sizesAt = (count: number): readonly number[] =>
    elementsOf(Object.values(namedOutputs(forwardPass(evaluated, count).prediction, single)));
  const once = sizesAt(batchSize);
  let twice: readonly number[];
  try {
    twice = sizesAt(2 * batchSize);
  } catch (error) {
    // Another tool's network may be made for one batch size.
    if (error instanceof NnError) return batchSize;
    throw error;
  }
  const grown = twice.map((size, i) => size - (once[i] ?? 0));
  const bytes = (4 * grown.reduce((most, own) => Math.max(most, own), 1)) / batchSize;
  const batches = Math.floor(Math.min(largestChunk, mostBytes / bytes) / batchSize);
  return batchSize * Math.max(1, batches);
}

function chunkSizes(count: number, largest: number): readonly number[] {
  const whole = Array.from({ length: Math.floor(count / largest) }, () => largest);
  return count % largest === 0 ? whole : [...whole, count % largest];
}

/** Entries start … start + count of the first axis, as a view. */
function rowsOf(array: TensorData, start: number, count: number): TensorData {
  const rest = array.shape.slice(1);
  const width = sizeOf(rest);
  const data = array.data as NumericArray;
  const view = data.subarray(start * width, (start + count) * width);
  return { ...array, data: view, shape: [count, ...rest] };
}

/** Arrays one under another. */
function joinRows(parts: readonly TensorData[]): TensorData {
  const first = parts[0] as TensorData;
  if (parts.length === 1) return first;
  const rest = first.shape.slice(1);
  const count = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const data = allocate(dtypeOf(first), count * sizeOf(rest));
  let at = 0;
  for (const part of parts) {
    (data as Float32Array).set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { ...first, data, shape: [count, ...rest] };
}
