// Gathers single items while a run is in flight and runs them together: batching without a timer.
import { ApiError } from "@lepta/api";

export interface BatcherOptions {
  /** Most items in one run. */
  cap: number;
  /** Most items waiting, reserved places counted; one more is refused with `overloaded`. Default 10 000. */
  queueLimit?: number;
  /** Told of each run's size as it starts. */
  onRun?: (size: number) => void;
  /**
   * Where nothing is gained by an early run: a promise to wait for, so that more gathers. `enough` items do not wait.
   * undefined: run now.
   */
  hold?: { until(): Promise<void> | undefined; enough: number };
}

/** Places in the queue: what has them is not refused as overloaded later. */
export interface Reservation<I, O> {
  /** Takes one of the places. Resolves to the item's own result. */
  add(item: I): Promise<O>;
  /** Gives back the places that no item has taken. */
  release(): void;
}

export interface Batcher<I, O> {
  /** Resolves to the item's own result. */
  add(item: I): Promise<O>;
  /** Places for all items of a request, before the first is added. @throws ApiError overloaded */
  reserve(count: number): Reservation<I, O>;
  /** Items that wait, those in the running batch not counted. */
  readonly waiting: number;
  /** Resolves when the run in flight has ended; undefined when there is none. */
  current(): Promise<void> | undefined;
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
  const { cap, queueLimit = 10_000, onRun, hold } = options;
  const queue: Waiting<I, O>[] = [];
  const idlers: (() => void)[] = [];
  let reserved = 0;
  /** A run is in flight or about to start. */
  let running = false;
  let holding = false;
  let current: Promise<void> | undefined;

  async function work(batch: Waiting<I, O>[]): Promise<void> {
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

  async function start(): Promise<void> {
    current = work(queue.splice(0, cap));
    await current;
    current = undefined;
    running = false;
    if (queue.length > 0) schedule(() => void start());
    else for (const resolve of idlers.splice(0)) resolve();
  }

  /** Starts a run by `begin`, now or when what holds it back is over. */
  function schedule(begin: () => void): void {
    if (running) return;
    const wait = hold && queue.length < hold.enough ? hold.until() : undefined;
    if (wait === undefined) {
      running = true;
      begin();
    } else if (!holding) {
      holding = true;
      void wait.then(() => {
        holding = false;
        // Held once: what is held back again and again would starve.
        if (running || queue.length === 0) return;
        running = true;
        void start();
      });
    }
  }

  function enqueue(item: I): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      queue.push({ item, resolve, reject });
      schedule(() => setImmediate(() => void start()));
    });
  }

  function requirePlaces(count: number): void {
    const taken = queue.length + reserved;
    if (taken + count <= queueLimit) return;
    throw new ApiError("overloaded", `${taken} rows wait already`, {
      fix: "Send the request again after the time in Retry-After, and lower the rate.",
      retryAfterSeconds: 1,
    });
  }

  return {
    get waiting() {
      return queue.length;
    },
    async add(item) {
      requirePlaces(1);
      return enqueue(item);
    },
    reserve(count) {
      requirePlaces(count);
      reserved += count;
      let left = count;
      return {
        add(item) {
          if (left === 0) throw new RangeError("the reservation has no place left");
          left -= 1;
          reserved -= 1;
          return enqueue(item);
        },
        release() {
          reserved -= left;
          left = 0;
        },
      };
    },
    current: () => current,
    idle() {
      return running || queue.length > 0 ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve();
    },
  };
}
