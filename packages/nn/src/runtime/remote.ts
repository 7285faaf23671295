// ONNX Runtime at the other end of messages, in a thread or in a process: this side of them.
import type { DType } from "../dtype.ts";
import type { OrtData, OrtInferenceSession, OrtTensor, Runtime } from "./ort-session.ts";
import { fromOrt } from "./ort-session.ts";
import type { Provider, SessionOptions } from "./session.ts";

/** A tensor for the other side: by its number where that side holds it, else by value. */
export interface RemoteTensor extends OrtTensor {
  data: unknown;
  readonly held?: number;
  /** Whether the array is moved to the other side, and back after the run. */
  readonly lent?: true;
}

type Metadata = Pick<OrtInferenceSession, "inputMetadata" | "outputMetadata">;
interface RunResult {
  readonly outputs: Readonly<Record<string, OrtTensor>>;
  readonly lent: Readonly<Record<string, unknown>>;
}

/** One operation of worker/operations.mjs. */
export type Call = (operation: string, fields: object, transfer?: readonly ArrayBuffer[]) => Promise<unknown>;

export interface RemoteOptions {
  readonly call: Call;
  readonly sessionOptions: (options: SessionOptions, providers: readonly Provider[]) => object;
  /** Whether arrays can be moved: elsewhere they are copied. */
  readonly moves: boolean;
}

/** Calls that wait for their answers, under the numbers by which the other side answers. */
export interface Waiting {
  readonly size: number;
  add(send: (id: number) => void): Promise<unknown>;
  answer(message: { readonly id: number; readonly result?: unknown; readonly error?: string }): void;
  /** Every call that waits, and every later one, fails by `error`; the first error counts. */
  end(error: Error): void;
  readonly failure: Error | undefined;
}

export function waitingCalls(): Waiting {
  const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let failure: Error | undefined;
  let last = 0;
  return {
    get size() {
      return calls.size;
    },
    get failure() {
      return failure;
    },
    add: (send) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        const id = ++last;
        calls.set(id, { resolve, reject });
        send(id);
      }),
    answer({ id, result, error }) {
      const call = calls.get(id);
      calls.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    },
    end(error) {
      failure ??= error;
      for (const { reject } of calls.values()) reject(failure);
      calls.clear();
    },
  };
}

/** A message takes the whole buffer of a view along: a part of one is copied out first. */
function alone(data: OrtData): OrtData {
  return ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength ? (data.slice() as OrtData) : data;
}

/** The runtime at the other end of `call`. */
export function remoteRuntime({ call, sessionOptions, moves }: RemoteOptions): Runtime {
  let last = 0;
  const tensor = (type: DType, data: OrtData, dims: readonly number[]): RemoteTensor => ({
    type,
    data: alone(data),
    dims,
  });
  const run = async (
    session: number,
    feeds: Readonly<Record<string, RemoteTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ): Promise<Readonly<Record<string, OrtTensor>>> => {
    const given = Object.entries(feeds);
    const lent = given.flatMap(([, { lent, data }]) => (lent ? [(data as Float32Array<ArrayBuffer>).buffer] : []));
    const wanted = Object.entries(fetches).map(
      ([name, own]) => [name, (own as RemoteTensor | null)?.held ?? null] as const,
    );
    const result = (await call("run", { session, feeds, fetches: Object.fromEntries(wanted) }, lent)) as RunResult;
    for (const [name, own] of given) if (own.lent) own.data = result.lent[name];
    const kept = wanted.flatMap(([name, number]) => (number === null ? [] : [[name, fetches[name]] as const]));
    return { ...result.outputs, ...(Object.fromEntries(kept) as Record<string, OrtTensor>) };
  };
  return {
    writesInPlace: true,
    tensor,
    lend: (type, data, dims) =>
      moves ? ({ ...tensor(type, data, dims), lent: true } as RemoteTensor) : tensor(type, data, dims),
    hold(type, data, dims) {
      const number = ++last;
      // Its failure is the failure of the run that follows.
      call("hold", { number, tensor: { type, data, dims } }).catch(() => {});
      return { type, data: undefined, dims, held: number } as RemoteTensor;
    },
    read: async (own) => fromOrt((await call("read", { number: (own as RemoteTensor).held })) as OrtTensor),
    async create(model, options, providers) {
      const session = ++last;
      const metadata = (await call("create", {
        session,
        model,
        options: sessionOptions(options, providers),
      })) as Metadata;
      return {
        ...metadata,
        run: (feeds, fetches) => run(session, feeds as Record<string, RemoteTensor>, fetches),
        release: async () => void (await call("release", { session })),
      };
    },
  };
}
