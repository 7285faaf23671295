// One worker thread with a PGlite in it, called by messages: a call is a message out and a message in.
import { Worker } from "node:worker_threads";
import { reserveBytes } from "./disk-space.ts";

export interface PgliteThread {
  /** Resolves once the database is open. */
  readonly opened: Promise<unknown>;
  call(operation: string, fields?: Record<string, unknown>): Promise<unknown>;
  /** Milliseconds for which calls have waited without any of them being answered; 0 where none waits. */
  silence(): number;
  /** Ends the thread at once, whatever it does; calls that wait are refused with `reason`, and so are later ones. */
  stop(reason: Error): Promise<void>;
}

/** A database error with PostgreSQL's own code, as `pg` gives it. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly detail: string | undefined;
  constructor(from: { message: string; code?: string; constraint?: string; detail?: string }) {
    super(from.message);
    this.code = from.code;
    this.constraint = from.constraint;
    this.detail = from.detail;
  }
}

export interface PgliteThreadEvents {
  /** The thread ended by itself. */
  onEnd(): void;
  /** A write found no room, once its caller has been told. */
  onFullDisk(): void;
}

/** @param dataDir the database's directory; `memory://` keeps nothing (tests). */
export function startPgliteThread(dataDir: string, { onEnd, onFullDisk }: PgliteThreadEvents): PgliteThread {
  const worker = new Worker(new URL("../../worker/pglite.worker.mjs", import.meta.url), {
    workerData: { dataDir, reserveBytes, options: { username: "postgres" } },
    // Flags of this process (loaders, conditions) are not the worker's: it is plain JavaScript.
    execArgv: [],
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let ended: Error | undefined;
  let last = 0;
  let heard = 0;

  const end = (reason: Error) => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("message", ({ id, result, error }) => {
    heard = performance.now();
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) call?.resolve(result);
    else call?.reject(new DatabaseError(error));
    if (error?.full === true) onFullDisk();
  });
  const endedByItself = (why: string) => {
    if (ended) return;
    // SQLSTATE crash_shutdown.
    end(new DatabaseError({ code: "57P02", message: `the embedded database ended: ${why}` }));
    onEnd();
  };
  worker.on("error", (error) => endedByItself(error.message));
  worker.on("exit", (code) => endedByItself(`its thread's exit code was ${code}`));

  const wait = (id: number, message?: Record<string, unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended) return reject(ended);
      // A call under way keeps the process alive; an idle store does not.
      worker.ref();
      if (waiting.size === 0) heard = performance.now();
      waiting.set(id, { resolve, reject });
      if (message) worker.postMessage({ ...message, id });
    });

  return {
    opened: wait(0),
    call: (operation, fields = {}) => wait(++last, { operation, ...fields }),
    silence: () => (waiting.size === 0 ? 0 : performance.now() - heard),
    async stop(reason) {
      end(reason);
      await worker.terminate();
    },
  };
}
