// What a session is, whichever runtime runs it; the two implementations share this and the checks below.
import type { DType, TensorData } from "../dtype.ts";
import { checkTensorData, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Graph } from "../graph/node.ts";
import type { Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";

export interface SessionOptions {
  /** Threads inside one operator. Default 1, the fastest for small models; 0 lets the runtime choose. */
  readonly threads?: number;
  /** "all" (default) lets the runtime rewrite the graph; "basic" and "none" are for finding faults. */
  readonly optimization?: "all" | "basic" | "none";
  /**
   * Execution providers in order of preference: those that this machine lacks are passed over, and what one does not
   * support runs on the next. Default ["cpu"]. A single one that is not there is an error.
   */
  readonly providers?: readonly Provider[];
  /**
   * Runs the model in a process of its own, which ends with the session: a model of others then cannot hold up or end
   * this one. `true` sets the limits' defaults. Costs the start of a process, some tens of MiB, and the copies of what
   * is fed and given. Default false; a browser has none.
   */
  readonly process?: boolean | ProcessLimits;
}

/** Beyond any of these the process is ended, and its session throws `session-ended`. */
export interface ProcessLimits {
  /** Longest run, in milliseconds. Default 10,000. */
  readonly runTimeoutMs?: number;
  /** Longest opening of a model, the start of the process included, in milliseconds. Default 60,000. */
  readonly openTimeoutMs?: number;
  /** Most memory in bytes. Default 2 GiB. Looked at every 50 ms, on Linux only. */
  readonly memoryBytes?: number;
}

/** "cpu" is WebAssembly in a browser; the runtime's other names ("coreml", "dml", "webnn", …) are passed on as they are. */
export type Provider = "cpu" | "webgpu" | "cuda" | (string & {});

export interface PortDescription {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export type Feeds = Readonly<Record<string, TensorData>>;

/** A loaded model. Runs of one session happen one after another. */
export interface Session {
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  /** The execution providers that it runs on, in order of preference. */
  readonly providers: readonly Provider[];
  /**
   * Inputs of float16 are fed as Float32Array and rounded, outputs of float16 are given as Float32Array.
   * Throws `session-feed-invalid`, `session-run-failed`, `session-ended` or `session-closed`.
   */
  run(feeds: Feeds): Promise<Record<string, TensorData>>;
  /** State for `step`, which any session of the same runtime can go on with. The data are copied. */
  newState(ports: StatePorts, initial: Feeds): SessionState;
  /**
   * One run in which the outputs named by the state's ports become its next values, without a copy through
   * JavaScript where the runtime allows that. Returns the other outputs; those of known shape are written into
   * the same arrays at every step: copy to keep. `feeds` are trusted: they are not checked as those of `run` are.
   * Their arrays are lent: until the step is done they may be elsewhere (detached). `inFlight` is called once, when the
   * engine has the run: what can be done meanwhile is begun there.
   */
  step(state: SessionState, feeds: Feeds, inFlight?: () => void): Promise<StepResult>;
  /** Frees the model. Later calls throw `session-closed`; closing twice is allowed. */
  close(): Promise<void>;
}

/** Sessions in a thread of their own: a run does not block the caller's. */
/** Opens a session, in whichever thread. */
export type OpenSession = (graph: Graph, options: SessionOptions) => Promise<Session>;

export interface Engine {
  /** Throws `session-create-failed`. A state is any session's of the same engine. */
  createSession(model: Uint8Array | Graph, options: SessionOptions): Promise<Session>;
  /** Frees what is still open and ends the thread. */
  close(): Promise<void>;
}

export type StartEngine = () => Engine;

export interface StepResult {
  readonly outputs: Readonly<Record<string, TensorData>>;
  /** What was fed, to be filled again. */
  readonly feeds: Feeds;
}

/** Input name → name of the output that carries its next value. */
export type StatePorts = Readonly<Record<string, string>>;

export interface SessionState {
  readonly ports: StatePorts;
  /** The state as it now is (a copy). */
  read(): Promise<Readonly<Record<string, TensorData>>>;
  /** The state before the last step (a copy), for diagnosis. */
  readPrevious(): Promise<Readonly<Record<string, TensorData>>>;
  /** Replaces the state, for example to resume; the data are copied. */
  write(values: Feeds): void;
}

/** The element type in which an input is fed: JavaScript has no array of float16 in every engine. */
function fedAs(dtype: DType): DType {
  return dtype === "float16" ? "float32" : dtype;
}

/** Throws `session-feed-invalid` unless `feeds` has exactly the model's inputs with fitting types and shapes. */
export function checkFeeds(inputs: readonly PortDescription[], feeds: Feeds): void {
  const refuse = (message: string): NnError =>
    new NnError(
      "session-feed-invalid",
      message,
      `Feed exactly: ${inputs.map(({ name, dtype, shape }) => `${name} ${fedAs(dtype)} ${formatShape(shape)}`).join(", ")}.`,
    );
  const names = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(feeds))
    if (!names.has(name)) throw refuse(`The model has no input ${JSON.stringify(name)}.`);
  const sizes = new Map<string, number>();
  for (const { name, dtype, shape } of inputs) {
    const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    if (feed === undefined) throw refuse(`The input ${JSON.stringify(name)} is missing.`);
    checkTensorData(feed, `input ${JSON.stringify(name)}`);
    if (dtypeOf(feed) !== fedAs(dtype))
      throw refuse(`The input ${JSON.stringify(name)} is ${dtypeOf(feed)}, the model takes ${fedAs(dtype)}.`);
    const fits =
      feed.shape.length === shape.length &&
      shape.every((dim, i) => {
        const size = feed.shape[i] ?? -1;
        if (typeof dim === "number") return dim === size;
        const seen = sizes.get(dim) ?? size;
        sizes.set(dim, seen);
        return seen === size;
      });
    if (!fits) {
      throw refuse(
        `The input ${JSON.stringify(name)} has shape ${formatShape(feed.shape)}, the model takes ${formatShape(shape)}.`,
      );
    }
  }
}

export function closedError(): NnError {
  return new NnError("session-closed", "The session is closed.", "Create a new session, or close it later.");
}
