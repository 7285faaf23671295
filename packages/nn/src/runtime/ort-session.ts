// A session over onnxruntime-common's interface, which onnxruntime-node and onnxruntime-web both have.
import type { DType, TensorData } from "../dtype.ts";
import { allocate, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { encodeOnnx } from "../graph/encode.ts";
import type { Graph } from "../graph/node.ts";
import { isStatic, sizeOf } from "../shape.ts";
import type { Feeds, PortDescription, Session, SessionOptions, Stateful, StatePorts } from "./session.ts";
import { checkFeeds, closedError } from "./session.ts";

/** The part of the runtime's tensor that is used here. */
export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

interface OrtMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

interface OrtInferenceSession {
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** How one runtime differs from another. */
export interface Runtime {
  readonly create: (model: Uint8Array, options: SessionOptions) => Promise<OrtInferenceSession>;
  readonly tensor: (dtype: DType, data: TensorData["data"], dims: readonly number[]) => OrtTensor;
  /** Whether run() writes into output tensors that are passed in. */
  readonly writesInPlace: boolean;
}

function describe(metadata: readonly OrtMetadata[]): readonly PortDescription[] {
  return metadata.map(({ name, type, shape }) =>
    Object.freeze({
      name,
      dtype: type as DType,
      shape: Object.freeze((shape ?? []).map((dim, i) => (dim === "" ? `${name}.${i}` : dim))),
    }),
  );
}

function fromOrt({ type, data, dims }: OrtTensor): TensorData {
  return type === "bool"
    ? { data: data as Uint8Array, shape: dims, dtype: "bool" }
    : { data: data as TensorData["data"], shape: dims };
}

/** Loads a model on `runtime`. Throws `session-create-failed`, or what encoding a graph throws. */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array | Graph,
  options: SessionOptions = {},
): Promise<Session> {
  const bytes = model instanceof Uint8Array ? model : encodeOnnx(model);
  let native: OrtInferenceSession;
  try {
    native = await runtime.create(bytes, options);
  } catch (cause) {
    throw new NnError(
      "session-create-failed",
      `ONNX Runtime did not load the model: ${messageOf(cause)}`,
      "Check that the bytes are a whole ONNX model and that its operators are supported by this runtime.",
      cause,
    );
  }
  const inputs = describe(native.inputMetadata);
  const outputs = describe(native.outputMetadata);
  const toOrt = (feed: TensorData): OrtTensor => runtime.tensor(dtypeOf(feed), feed.data, feed.shape);
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const run = (
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<Readonly<Record<string, OrtTensor>>> => {
    const next = last.then(async () => {
      if (closed) throw closedError();
      try {
        return await native.run(feeds, fetches);
      } catch (cause) {
        throw new NnError(
          "session-run-failed",
          `ONNX Runtime failed while running the model: ${messageOf(cause)}`,
          "Check the values that were fed (for example indices out of range).",
          cause,
        );
      }
    });
    last = next.catch(() => undefined);
    return next;
  };
  const all = (): Record<string, null> => Object.fromEntries(outputs.map(({ name }) => [name, null] as const));

  return Object.freeze({
    inputs,
    outputs,
    async run(feeds: Feeds): Promise<Record<string, TensorData>> {
      if (closed) throw closedError();
      checkFeeds(inputs, feeds);
      const given = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOrt(feed)] as const));
      const results = await run(given, all());
      return Object.fromEntries(outputs.map(({ name }) => [name, fromOrt(results[name] as OrtTensor)] as const));
    },
    stateful(state: StatePorts, initial: Feeds): Stateful {
      return stateful({ runtime, outputs, run, toOrt, all }, state, initial);
    },
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await last;
      await native.release();
    },
  });
}

interface Parts {
  readonly runtime: Runtime;
  readonly outputs: readonly PortDescription[];
  readonly run: (
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ) => Promise<Readonly<Record<string, OrtTensor>>>;
  readonly toOrt: (feed: TensorData) => OrtTensor;
  readonly all: () => Record<string, null>;
}

/** Two sets of buffers change places at every step: one is read as inputs while the other is written as outputs. */
function stateful(parts: Parts, state: StatePorts, initial: Feeds): Stateful {
  const { runtime, outputs, run, toOrt, all } = parts;
  const ports = Object.entries(state);
  const carried = new Set(Object.values(state));
  const loose = outputs.filter(({ name }) => !carried.has(name));
  const copy = (feed: TensorData): OrtTensor => toOrt({ ...feed, data: feed.data.slice() as TensorData["data"] });
  let current: Record<string, OrtTensor> = {};
  let spare: Record<string, OrtTensor> = {};
  const write = (feeds: Feeds): void => {
    const entries = ports.map(([name]) => [name, feeds[name] as TensorData] as const);
    current = Object.fromEntries(entries.map(([name, feed]) => [name, copy(feed)] as const));
    spare = Object.fromEntries(entries.map(([name, feed]) => [name, copy(feed)] as const));
  };
  write(initial);
  // Outputs of known shape are written into one buffer for the whole life of the loop.
  const buffers: Record<string, OrtTensor> = {};
  for (const { name, dtype, shape } of loose) {
    if (runtime.writesInPlace && isStatic(shape) && dtype !== "string") {
      buffers[name] = runtime.tensor(dtype, allocate(dtype, sizeOf(shape)), shape);
    }
  }
  const read = (from: Record<string, OrtTensor>): Record<string, TensorData> =>
    Object.fromEntries(ports.map(([name]) => [name, fromOrt(copy(fromOrt(from[name] as OrtTensor)))] as const));
  return Object.freeze({
    async step(feeds: Feeds): Promise<Record<string, TensorData>> {
      const given: Record<string, OrtTensor> = { ...current };
      for (const name in feeds) given[name] = toOrt(feeds[name] as TensorData);
      const fetches: Record<string, OrtTensor | null> = { ...all(), ...buffers };
      if (runtime.writesInPlace) for (const [name, output] of ports) fetches[output] = spare[name] ?? null;
      const results = await run(given, fetches);
      const before = current;
      current = Object.fromEntries(ports.map(([name, output]) => [name, results[output] as OrtTensor] as const));
      spare = before;
      return Object.fromEntries(loose.map(({ name }) => [name, fromOrt(results[name] as OrtTensor)] as const));
    },
    read: () => read(current),
    readPrevious: () => read(spare),
    write,
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
