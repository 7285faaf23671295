// A session over onnxruntime-common's interface, which onnxruntime-node and onnxruntime-web both have.
import type { DType, TensorData } from "../dtype.ts";
import { allocate, dtypeOf, onnxDataType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Graph } from "../graph/node.ts";
import { encodeOnnx } from "../onnx/encode.ts";
import { halfToNumber, halvesOf } from "../onnx/float16.ts";
import { isStatic, sizeOf } from "../shape.ts";
import type { CheckedModel } from "./checked-model.ts";
import { checkedModel } from "./checked-model.ts";
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

export interface OrtInferenceSession {
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** What a runtime's tensor holds: float16 as its bits. */
export type OrtData = TensorData["data"] | Uint16Array;

type MakeTensor = (dtype: DType, data: OrtData, dims: readonly number[]) => OrtTensor;

/** How one runtime differs from another. */
export interface Runtime {
  readonly create: (
    model: Uint8Array,
    options: SessionOptions,
    providers: readonly Provider[],
  ) => Promise<OrtInferenceSession>;
  readonly tensor: MakeTensor;
  /** A tensor whose array may be elsewhere during a run; then its `data` is the array again. */
  readonly lend: MakeTensor;
  /** A tensor of its own, with a copy of the data, that stays where the runtime is. */
  readonly hold: MakeTensor;
  /** A copy of such a tensor's data. */
  readonly read: (tensor: OrtTensor) => Promise<TensorData>;
  /** Whether run() writes into output tensors that are passed in. */
  readonly writesInPlace: boolean;
  /**
   * Opens a model elsewhere first, where native code that fails at it ends nothing but itself: for models that the
   * decoder does not vouch for. What it throws says why the model is not opened here.
   */
  readonly probe?: (model: Uint8Array, options: SessionOptions, providers: readonly Provider[]) => Promise<void>;
}

/** Element types of inputs and outputs: what arrays can be fed, and what the runtime's binding can give. */
const fed: ReadonlySet<string> = new Set(Object.keys(onnxDataType));
const given: ReadonlySet<string> = new Set([...fed, "int16", "uint16", "uint32", "uint64"]);

/**
 * Throws `session-create-failed` for inputs and outputs that the binding cannot hold: reading one ends the process, and
 * an output named "__proto__" becomes the prototype of the runtime's results.
 */
function checkPorts(what: "input" | "output", metadata: readonly OrtMetadata[]): void {
  const held = what === "input" ? fed : given;
  for (const { name, isTensor, type } of metadata) {
    if (what === "output" && name === "__proto__")
      throw new NnError(
        "session-create-failed",
        'The model\'s output is named "__proto__", which ONNX Runtime cannot give in JavaScript.',
        "Give the output another name.",
      );
    if (isTensor && held.has(type ?? "")) continue;
    throw new NnError(
      "session-create-failed",
      `The model's ${what} ${JSON.stringify(name.slice(0, 80))} is ${isTensor ? `of the element type ${type ?? "unknown"}` : "no tensor"}, which cannot be ${what === "input" ? "fed" : "given"}.`,
      `Export the model with a ${what} of another type (Cast), for example float32.`,
    );
  }
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

export function fromOrt({ type, data, dims }: OrtTensor): TensorData {
  if (type === "float16") return { data: fromHalves(data), shape: dims };
  return type === "bool"
    ? { data: data as Uint8Array, shape: dims, dtype: "bool" }
    : { data: data as TensorData["data"], shape: dims };
}

/** Float16 as its bits, or as the engine's own array of numbers where it has one. */
function fromHalves(data: unknown): Float32Array {
  return data instanceof Uint16Array
    ? Float32Array.from(data, halfToNumber)
    : Float32Array.from(data as Iterable<number>);
}

/** The tensors of a runtime in the caller's thread. */
export function inThisThread(tensor: MakeTensor): Pick<Runtime, "tensor" | "lend" | "hold" | "read"> {
  const copy = <T extends OrtData>(data: T): T => data.slice() as T;
  return {
    tensor,
    lend: tensor,
    hold: (dtype, data, dims) => tensor(dtype, copy(data), dims),
    read: async (own) => ({ ...fromOrt(own), data: copy(fromOrt(own).data) }),
  };
}

/** Loads a model on `runtime`. Throws `session-create-failed`, or what encoding a graph throws. */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array | Graph,
  options: SessionOptions = {},
): Promise<Session> {
  if (!(model instanceof Uint8Array) && !Array.isArray(model?.nodes)) {
    throw new NnError(
      "session-create-failed",
      "createSession was given neither the bytes of a model nor a graph.",
      "Read the file first: createSession(await readFile(path)).",
    );
  }
  const checked = model instanceof Uint8Array ? check(model) : { bytes: encodeOnnx(model, { outerScope: true }) };
  const { native, providers } = await create(runtime, checked, options);
  const inputs = describe(native.inputMetadata);
  const outputs = describe(native.outputMetadata);
  const halves = new Set(inputs.filter(({ dtype }) => dtype === "float16").map(({ name }) => name));
  const toOrt = (name: string, feed: TensorData): OrtTensor =>
    halves.has(name)
      ? runtime.tensor("float16", halvesOf(feed.data as Float32Array), feed.shape)
      : runtime.tensor(dtypeOf(feed), feed.data, feed.shape);
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
        if (cause instanceof NnError && cause.code === "session-ended") throw cause;
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
      const given = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOrt(name, feed)] as const));
      const results = await run(given, all());
      return Object.fromEntries(outputs.map(({ name }) => [name, fromOrt(results[name] as OrtTensor)] as const));
    },
    newState: (ports: StatePorts, initial: Feeds): SessionState => newState(runtime, ports, initial),
    step: stepper(runtime, outputs, run),
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await last;
      await native.release();
    },
  });
}

function check(bytes: Uint8Array): CheckedModel {
  try {
    return checkedModel(bytes);
  } catch (cause) {
    const { message, fix } = cause as NnError;
    throw new NnError("session-create-failed", `The model is not opened: ${message}`, fix, cause);
  }
}

/** The session on the wished providers, without those at the front of the list that are not there. */
async function create(
  runtime: Runtime,
  { bytes, doubt }: CheckedModel,
  options: SessionOptions,
): Promise<{ readonly native: OrtInferenceSession; readonly providers: readonly Provider[] }> {
  const wished = Object.freeze([...(options.providers ?? ["cpu"])]);
  let first: unknown;
  for (const i of wished.length === 0 ? [0] : wished.keys()) {
    const providers = wished.slice(i);
    try {
      if (doubt !== undefined) await runtime.probe?.(bytes, options, providers);
      const native = await runtime.create(bytes, options, providers);
      try {
        checkPorts("input", native.inputMetadata);
        checkPorts("output", native.outputMetadata);
      } catch (error) {
        await native.release();
        throw error;
      }
      return { native, providers: Object.freeze(providers) };
    } catch (cause) {
      first ??= cause;
    }
  }
  if (first instanceof NnError && first.code === "session-create-failed") throw first;
  const others = wished.filter((name) => name !== "cpu");
  const read = doubt === undefined ? "" : ` What reading the model says: ${doubt.message}`;
  throw new NnError(
    "session-create-failed",
    `ONNX Runtime did not load the model: ${messageOf(first)}${read}`,
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

function newState(runtime: Runtime, ports: StatePorts, initial: Feeds): SessionState {
  const names = Object.keys(ports);
  const holdAll = (feeds: Feeds): Readonly<Record<string, OrtTensor>> =>
    Object.fromEntries(
      names.map((name) => {
        const feed = feeds[name] as TensorData;
        return [name, runtime.hold(dtypeOf(feed), feed.data, feed.shape)] as const;
      }),
    );
  const read = async (from: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, TensorData>>> =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await runtime.read(from[name] as OrtTensor)] as const)),
    );
  const state: Buffers = {
    ports,
    current: holdAll(initial),
    spare: holdAll(initial),
    read: () => read(state.current),
    readPrevious: () => read(state.spare),
    write(values) {
      state.current = holdAll(values);
      state.spare = holdAll(values);
    },
  };
  return state;
}

type Run = (
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
  inFlight?: () => void,
) => Promise<Readonly<Record<string, OrtTensor>>>;

function stepper(runtime: Runtime, outputs: readonly PortDescription[], run: Run): Session["step"] {
  // Outputs of known shape, but for the state's, are written into one buffer for the whole life of the session.
  const buffers = new Map<string, OrtTensor>();
  const bufferOf = ({ name, dtype, shape }: PortDescription): OrtTensor | null => {
    const reusable = runtime.writesInPlace && isStatic(shape) && dtype !== "string" && dtype !== "float16";
    if (!reusable) return null;
    const buffer = buffers.get(name) ?? runtime.tensor(dtype, allocate(dtype, sizeOf(shape)), shape);
    buffers.set(name, buffer);
    return buffer;
  };
  return async (given: SessionState, feeds: Feeds, inFlight?: () => void) => {
    const state = given as Buffers;
    // Not by assignment: an input may be named "__proto__".
    const lent = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, runtime.lend(dtypeOf(feed), feed.data, feed.shape)] as const),
    );
    const ports = Object.entries(state.ports);
    // Without a prototype: an output may be named "__proto__".
    const fetches: Record<string, OrtTensor | null> = Object.create(null);
    for (const [name, output] of ports) fetches[output] = runtime.writesInPlace ? (state.spare[name] ?? null) : null;
    const rest = outputs.filter(({ name }) => !Object.hasOwn(fetches, name));
    for (const port of rest) fetches[port.name] = bufferOf(port);
    const results = await run({ ...state.current, ...lent }, fetches, inFlight);
    state.spare = state.current;
    state.current = Object.fromEntries(ports.map(([name, output]) => [name, results[output] as OrtTensor] as const));
    return {
      outputs: Object.fromEntries(rest.map(({ name }) => [name, fromOrt(results[name] as OrtTensor)] as const)),
      feeds: Object.fromEntries(Object.entries(lent).map(([name, own]) => [name, fromOrt(own)] as const)),
    };
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
