// Gathers single items while a run is in flight and runs them together: batching without a timer.
import { ApiError } from "@lepta/api";

export interface BatcherOptions {
  /** Most items in one run. */
  cap: number;
  /** Most items waiting; one more is refused with `overloaded`. Default 10 000. */
  queueLimit?: number;
  /** Told of each run's size as it starts. */
  onRun?: (size: number) => void;
}

export interface Batcher<I, O> {
  /** Resolves to the item's own result. */
  add(item: I): Promise<O>;
  /** Items that wait, those in the running batch not counted. */
  readonly waiting: number;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
}

interface Waiting<I, O> {
  item: I;
  resolve: (result: O) => void;
  reject: (error: unknown) => void;
}

/**
 * One run at a time. The first item of an idle batcher starts a run at the end of this turn of the event loop, so that
 * what arrived in one poll of the sockets goes together; later items gather until that run ends.
 * `run` answers one result an item, in order; an `Error` as a result rejects that item alone.
 */
export function batcher<I, O>(run: (items: I[]) => Promise<(O | Error)[]>, options: BatcherOptions): Batcher<I, O> {
  const { cap, queueLimit = 10_000, onRun } = options;
  const queue: Waiting<I, O>[] = [];
  const idlers: (() => void)[] = [];
  let running = false;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, cap);
      onRun?.(batch.length);
      try {
        const results = await run(batch.map((waiting) => waiting.item));
        for (const [i, waiting] of batch.entries()) {
          const result = results[i];
          if (result instanceof Error) waiting.reject(result);
          else waiting.resolve(result as O);
        }
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    running = false;
    for (const resolve of idlers.splice(0)) resolve();
  }

  return {
    get waiting() {
      return queue.length;
    },
    add(item) {
      if (queue.length >= queueLimit) {
        return Promise.reject(
          new ApiError("overloaded", `${queue.length} requests wait already`, {
            fix: "Send the request again after the time in Retry-After, and lower the rate.",
            retryAfterSeconds: 1,
          }),
        );
      }
      return new Promise<O>((resolve, reject) => {
        queue.push({ item, resolve, reject });
        if (running) return;
        running = true;
        setImmediate(() => void drain());
      });
    },
    idle() {
      return running ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve();
    },
  };
}
