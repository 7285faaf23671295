// ONNX Runtime in a worker thread: this side of the messages. The script of the thread is worker/engine.worker.mjs.
import { Worker } from "node:worker_threads";
import type { DType } from "../dtype.ts";
import { nativeOptions } from "./native-options.node.ts";
import type { OrtData, OrtInferenceSession, OrtTensor, Runtime } from "./ort-session.ts";
import { fromOrt, openSession } from "./ort-session.ts";
import type { Engine } from "./session.ts";

/** A tensor for the worker: by its number where the worker holds it, else by value. */
interface RemoteTensor extends OrtTensor {
  data: unknown;
  readonly held?: number;
  /** Whether the array is moved to the worker, and back after the run. */
  readonly lent?: true;
}

type Metadata = Pick<OrtInferenceSession, "inputMetadata" | "outputMetadata">;
interface RunResult {
  readonly outputs: Readonly<Record<string, OrtTensor>>;
  readonly lent: Readonly<Record<string, unknown>>;
}

/** The longest that the end of a process waits for a run in flight. */
const longestWaitMs = 60_000;

/** Threads that run. A process that ends while one is inside of native code would be aborted instead. */
const running = new Set<Int32Array>();

function waitForAll(): void {
  for (const flags of running) {
    Atomics.store(flags, 1, 1);
    for (let left = Atomics.load(flags, 0); left > 0; left = Atomics.load(flags, 0)) {
      if (Atomics.wait(flags, 0, left, longestWaitMs) === "timed-out") break;
    }
  }
}

/** A message takes the whole buffer of a view along: a part of one is copied out first. */
function alone(data: OrtData): OrtData {
  return ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength ? (data.slice() as OrtData) : data;
}

/** Starts the thread; what goes wrong there is the error of the call that is under way. */
export function startWorker(): Engine {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("../../worker/engine.worker.mjs", import.meta.url), {
    workerData: flags.buffer,
    // Flags of this process (loaders, conditions) are not the worker's: it is plain JavaScript.
    execArgv: [],
  });
  worker.unref();
  if (running.size === 0) process.on("exit", waitForAll);
  running.add(flags);

  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let failure: Error | undefined;
  const end = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on("message", ({ id, result, error }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  worker.on("error", end);
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      running.delete(flags);
      if (running.size === 0) process.off("exit", waitForAll);
      end(new Error("The engine's thread has ended."));
      resolve();
    });
  });

  let last = 0;
  const call = (operation: string, fields: object, transfer: readonly ArrayBuffer[] = []): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      const id = ++last;
      // A call under way keeps the process alive; an idle engine does not.
      worker.ref();
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, operation, ...fields }, transfer);
    });

  const tensor = (type: DType, data: OrtData, dims: readonly number[]): RemoteTensor => ({
    type,
    data: alone(data),
    dims,
  });
  const runtime: Runtime = {
    writesInPlace: true,
    tensor,
    lend: (type, data, dims) => ({ ...tensor(type, data, dims), lent: true }) as RemoteTensor,
    hold(type, data, dims) {
      const number = ++last;
      // Its failure is the failure of the run that follows.
      call("hold", { number, tensor: { type, data, dims } }).catch(() => {});
      return { type, data: undefined, dims, held: number } as RemoteTensor;
    },
    read: async (own) => fromOrt((await call("read", { number: (own as RemoteTensor).held })) as OrtTensor),
    async create(model, options, providers) {
      const session = ++last;
      const fields = { session, model, options: nativeOptions(options, providers) };
      const metadata = (await call("create", fields)) as Metadata;
      return {
        ...metadata,
        run: (feeds, fetches) => run(session, feeds as Record<string, RemoteTensor>, fetches),
        release: async () => void (await call("release", { session })),
      };
    },
  };

  async function run(
    session: number,
    feeds: Readonly<Record<string, RemoteTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ): Promise<Readonly<Record<string, OrtTensor>>> {
    const given = Object.entries(feeds);
    const lent = given.flatMap(([, { lent, data }]) => (lent ? [(data as Float32Array<ArrayBuffer>).buffer] : []));
    const wanted = Object.entries(fetches).map(
      ([name, own]) => [name, (own as RemoteTensor | null)?.held ?? null] as const,
    );
    const result = (await call("run", { session, feeds, fetches: Object.fromEntries(wanted) }, lent)) as RunResult;
    for (const [name, own] of given) if (own.lent) own.data = result.lent[name];
    const kept = wanted.flatMap(([name, number]) => (number === null ? [] : [[name, fetches[name]] as const]));
    return { ...result.outputs, ...(Object.fromEntries(kept) as Record<string, OrtTensor>) };
  }

  return {
    createSession: (model, options) => openSession(runtime, model, options),
    async close() {
      if (failure === undefined) await call("close", {}).catch(() => {});
      worker.ref();
      await exited;
    },
  };
}
