// Evaluation during training: predictions and mean loss on the validation examples, in chunks of fixed size.
import type { NumericArray, TensorData } from "../dtype.ts";
import { allocate, dtypeOf } from "../dtype.ts";
import { buildGraph, topological } from "../graph/build.ts";
import type { Layer, LayerInput, LayerOutput, Parameters } from "../layers/layer.ts";
import { listParameters } from "../layers/parameters.ts";
import type { Loss } from "../losses/loss.ts";
import type { Session, SessionOptions } from "../runtime/session.ts";
import { sizeOf } from "../shape.ts";
import type { NamedExamples } from "./data.ts";
import { namedOutputs, typesOf } from "./data.ts";
import type { Evaluated } from "./forward.ts";
import { forwardPass } from "./forward.ts";

const largestChunk = 2048;
const mostBytes = 2 ** 25;
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

export type OpenSession = (graph: ReturnType<typeof buildGraph>, options: SessionOptions) => Promise<Session>;

/** An evaluator of `net` on `examples`; its sessions stay open until close(). */
export async function createEvaluator(
  net: Layer<LayerInput, LayerOutput>,
  parameters: Parameters,
  loss: Loss<LayerOutput, LayerInput>,
  examples: NamedExamples,
  open: OpenSession,
  options: SessionOptions,
): Promise<Evaluator> {
  const evaluated: Evaluated = { net, parameters, loss, arrays: typesOf(examples) };
  const sizes = chunkSizes(examples.count, chunkOf(evaluated));
  const sessions = new Map<number, Session>();
  for (const size of new Set(sizes)) {
    const { prediction, loss: value } = forwardPass(evaluated, size);
    const outputs = Object.entries(namedOutputs(prediction, single));
    const graphOutputs = outputs.map(([name, tensor]) => [outputPrefix + name, tensor] as const);
    sessions.set(size, await open(buildGraph({ ...Object.fromEntries(graphOutputs), loss: value }), options));
  }
  const count = listParameters(parameters).length;
  return {
    async evaluate(values) {
      const fed = Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`parameter${i}`, values[i] as TensorData]),
      );
      const parts = new Map<string, TensorData[]>();
      let sum = 0;
      let start = 0;
      for (const size of sizes) {
        const session = sessions.get(size) as Session;
        const wanted = new Set(session.inputs.map(({ name }) => name));
        const batch = Object.entries(examples.arrays).map(
          ([name, array]) => [name, rowsOf(array, start, size)] as const,
        );
        const feeds = [...Object.entries(fed), ...batch].filter(([name]) => wanted.has(name));
        const result = await session.run(Object.fromEntries(feeds));
        sum += Number(result.loss?.data[0]) * size;
        for (const [name, part] of Object.entries(result)) {
          if (!name.startsWith(outputPrefix)) continue;
          const own = name.slice(outputPrefix.length);
          parts.set(own, [...(parts.get(own) ?? []), part]);
        }
        start += size;
      }
      const joined = Object.fromEntries([...parts].map(([name, own]) => [name, joinRows(own)] as const));
      return { loss: sum / examples.count, prediction: joined[single] ?? joined };
    },
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

/** Examples at once: a power of two, such that no tensor between the operators takes more than `mostBytes`. */
export function chunkOf(evaluated: Evaluated): number {
  const nodes = topological([forwardPass(evaluated, 1).loss]).filter(({ op }) => op !== "Input" && op !== "Constant");
  const sizes = nodes.flatMap(({ outputs }) => outputs.map(({ shape }) => sizeOf(shape.map(Number))));
  const bytes = 4 * sizes.reduce((most, size) => Math.max(most, size || 1), 1);
  const fits = 2 ** Math.floor(Math.log2(mostBytes / bytes));
  return Math.min(largestChunk, Math.max(1, fits));
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
