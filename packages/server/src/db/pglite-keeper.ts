// Keeps an embedded database open: a thread that ended, or that a full disk stopped for good, is followed by another.
import { ApiError } from "@lepta/api";
import { ServerError } from "../errors.ts";
import { freeBytes, reserveBytes } from "./disk-space.ts";
import { type PgliteThread, startPgliteThread } from "./pglite-thread.ts";

/**
 * Milliseconds without any answer after which a thread counts as stopped that has seen its disk without room for a
 * segment of the write-ahead log (PostgreSQL in one process may then spin for ever), and how often that is looked at.
 */
const stoppedMs = 8_000;
const lookMs = 1_000;
const segmentBytes = 16 * 2 ** 20;
/** Milliseconds between two tries to open the database again. */
const againMs = 1_000;

export interface PgliteKeeper {
  /**
   * The running thread; after an end, a new one.
   * @throws ApiError store-full, database-unreachable (it cannot be opened again), store-closed
   */
  thread(): PgliteThread | Promise<PgliteThread>;
  /** Shuts the database down properly. */
  close(): Promise<void>;
}

/**
 * Opens the database of a directory.
 * @param guard asked before each call; once it throws, the thread is ended without a further write
 * @throws what PGlite throws where it cannot be opened
 */
export async function keepPglite(dataDir: string, guard: () => void = () => undefined): Promise<PgliteKeeper> {
  let running: PgliteThread | undefined;
  let opening: Promise<PgliteThread> | undefined;
  let stopping: Promise<void> | undefined;
  let refusal: { at: number; error: Error } | undefined;
  let closed: Error | undefined;

  async function open(): Promise<PgliteThread> {
    let starved = false;
    const watch = setInterval(() => {
      starved ||= freeBytes(dataDir) < segmentBytes;
      if (starved && thread.silence() > stoppedMs) giveUp();
    }, lookMs);
    watch.unref();
    const gone = () => {
      clearInterval(watch);
      if (running === thread) running = undefined;
    };
    const giveUp = () => {
      gone();
      stopping = thread.stop(full());
    };
    // A write that found no room may leave PostgreSQL holding what it will wait for itself. What was committed is in
    // the log on the disk, and another thread starts from that.
    const thread = guarded(startPgliteThread(dataDir, { onEnd: gone, onFullDisk: giveUp }));
    try {
      await thread.opened;
      return thread;
    } catch (error) {
      gone();
      await thread.stop(error as Error);
      throw error;
    }
  }

  const guarded = (thread: PgliteThread): PgliteThread => ({
    ...thread,
    async call(operation, fields) {
      try {
        guard();
      } catch (error) {
        closed ??= error as Error;
        await thread.stop(closed);
        throw closed;
      }
      return thread.call(operation, fields);
    },
  });

  async function openAgain(): Promise<PgliteThread> {
    if (refusal !== undefined && performance.now() - refusal.at < againMs) throw refusal.error;
    try {
      await stopping;
      if (freeBytes(dataDir) < reserveBytes) throw full();
      running = await open();
      return running;
    } catch (cause) {
      const error = cause instanceof ApiError ? cause : unopenable(cause);
      refusal = { at: performance.now(), error };
      throw error;
    }
  }

  running = await open();
  return {
    thread() {
      if (closed) throw closed;
      if (running) return running;
      opening ??= openAgain().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    async close() {
      if (closed) return;
      closed = new ServerError("store-closed", "the store is closed", {
        fix: "Await all work before closing the store; open it again for more.",
      });
      const last = running ?? (await opening?.catch(() => undefined));
      running = undefined;
      // One that cannot shut down properly is as after a kill: the next opening recovers it.
      await last?.call("close").catch(() => undefined);
      await last?.stop(closed);
    },
  };
}

function full(): ApiError {
  return new ApiError("store-full", "the store takes no more: its disk is full", {
    fix: "Make room on the store's disk: it goes on by itself.",
    retryAfterSeconds: 5,
  });
}

function unopenable(cause: unknown): ApiError {
  return new ApiError(
    "database-unreachable",
    `the embedded database ended, and cannot be opened again: ${(cause as Error).message}`,
    {
      cause,
      fix: "Try again in a moment; if it stays, restart the server and look at its disk.",
      retryAfterSeconds: 5,
    },
  );
}
