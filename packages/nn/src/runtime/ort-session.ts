// A session over onnxruntime-common's interface, which onnxruntime-node and onnxruntime-web both have.
import type { DType, TensorData } from "../dtype.ts";
import { allocate, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { encodeOnnx } from "../graph/encode.ts";
import type { Graph } from "../graph/node.ts";
import { isStatic, sizeOf } from "../shape.ts";
import type { Feeds, PortDescription, Provider, Session, SessionOptions, SessionState, StatePorts } from "./session.ts";
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
  readonly create: (
    model: Uint8Array,
    options: SessionOptions,
    providers: readonly Provider[],
  ) => Promise<OrtInferenceSession>;
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
  const { native, providers } = await create(runtime, bytes, options);
  const inputs = describe(native.inputMetadata);
  const outputs = describe(native.outputMetadata);
  const toOrt = (feed: TensorData): OrtTensor => runtime.tensor(dtypeOf(feed), feed.data, feed.shape);
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const run: Run = (feeds, fetches, inFlight) => {
    const next = last.then(async () => {
      if (closed) throw closedError();
      try {
        const running = native.run(feeds, fetches);
        inFlight?.();
        return await running;
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
    providers,
    async run(feeds: Feeds): Promise<Record<string, TensorData>> {
      if (closed) throw closedError();
      checkFeeds(inputs, feeds);
      const given = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOrt(feed)] as const));
      const results = await run(given, all());
      return Object.fromEntries(outputs.map(({ name }) => [name, fromOrt(results[name] as OrtTensor)] as const));
    },
    newState: (ports: StatePorts, initial: Feeds): SessionState => newState(toOrt, ports, initial),
    step: stepper(runtime, outputs, toOrt, run),
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await last;
      await native.release();
    },
  });
}

/** The session on the wished providers, without those at the front of the list that are not there. */
async function create(
  runtime: Runtime,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<{ readonly native: OrtInferenceSession; readonly providers: readonly Provider[] }> {
  const wished = Object.freeze([...(options.providers ?? ["cpu"])]);
  let first: unknown;
  for (const i of wished.length === 0 ? [0] : wished.keys()) {
    const providers = wished.slice(i);
    try {
      return { native: await runtime.create(bytes, options, providers), providers: Object.freeze(providers) };
    } catch (cause) {
      first ??= cause;
    }
  }
  const others = wished.filter((name) => name !== "cpu");
  throw new NnError(
    "session-create-failed",
    `ONNX Runtime did not load the model: ${messageOf(first)}`,
    others.length === 0
      ? "Check that the bytes are a whole ONNX model and that its operators are supported by this runtime."
      : `Check that this machine has ${others.join(" and ")}, or add "cpu" to the providers as the last.`,
    first,
  );
}

/** Two sets of buffers change places at every step: one is read as inputs while the other is written as outputs. */
interface Buffers extends SessionState {
  current: Readonly<Record<string, OrtTensor>>;
  spare: Readonly<Record<string, OrtTensor>>;
}

function newState(toOrt: (feed: TensorData) => OrtTensor, ports: StatePorts, initial: Feeds): SessionState {
  const names = Object.keys(ports);
  const copy = (feed: TensorData): OrtTensor => toOrt({ ...feed, data: feed.data.slice() as TensorData["data"] });
  const copyAll = (feeds: Feeds): Readonly<Record<string, OrtTensor>> =>
    Object.fromEntries(names.map((name) => [name, copy(feeds[name] as TensorData)] as const));
  const read = (from: Readonly<Record<string, OrtTensor>>): Record<string, TensorData> =>
    Object.fromEntries(names.map((name) => [name, fromOrt(copy(fromOrt(from[name] as OrtTensor)))] as const));
  const state: Buffers = {
    ports,
    current: copyAll(initial),
    spare: copyAll(initial),
    read: () => read(state.current),
    readPrevious: () => read(state.spare),
    write(values) {
      state.current = copyAll(values);
      state.spare = copyAll(values);
    },
  };
  return state;
}

type Run = (
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
  inFlight?: () => void,
) => Promise<Readonly<Record<string, OrtTensor>>>;

function stepper(
  runtime: Runtime,
  outputs: readonly PortDescription[],
  toOrt: (feed: TensorData) => OrtTensor,
  run: Run,
): Session["step"] {
  // Outputs of known shape are written into one buffer for the whole life of the session.
  const buffers: Record<string, OrtTensor | null> = {};
  for (const { name, dtype, shape } of outputs) {
    const reusable = runtime.writesInPlace && isStatic(shape) && dtype !== "string" && dtype !== "float16";
    buffers[name] = reusable ? runtime.tensor(dtype, allocate(dtype, sizeOf(shape)), shape) : null;
  }
  return async (given: SessionState, feeds: Feeds, inFlight?: () => void) => {
    const state = given as Buffers;
    const all: Record<string, OrtTensor> = { ...state.current };
    for (const name in feeds) all[name] = toOrt(feeds[name] as TensorData);
    const fetches = { ...buffers };
    const ports = Object.entries(state.ports);
    for (const [name, output] of ports) fetches[output] = runtime.writesInPlace ? (state.spare[name] ?? null) : null;
    const results = await run(all, fetches, inFlight);
    const before = state.current;
    state.current = Object.fromEntries(ports.map(([name, output]) => [name, results[output] as OrtTensor] as const));
    state.spare = before;
    const rest: Record<string, TensorData> = {};
    for (const { name } of outputs)
      if (buffers[name] === null || fetches[name] === buffers[name]) rest[name] = fromOrt(results[name] as OrtTensor);
    return { outputs: rest, feeds };
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
