// The next run, prepared while the one before is in flight.
import { closeSoon, untilAborted } from "../aborted.ts";
import type { Run } from "./run.ts";

export interface Prefetched {
  /** Begins the next run, unless that is done already. */
  prepare(): void;
  /** The next run; undefined when the signal aborts, even while a source keeps it waiting. */
  take(signal: AbortSignal | undefined): Promise<Run | undefined>;
  /** Leaves the runs that are left; a source that is in the middle of a batch is given a second to end. */
  close(): Promise<void>;
}

export function prefetch(runs: AsyncGenerator<Run, void>): Prefetched {
  let next: Promise<IteratorResult<Run, void>> | undefined;
  const prepare = (): Promise<IteratorResult<Run, void>> => {
    if (next === undefined) {
      next = runs.next();
      // Whoever takes it gets the error; until then it must not count as unhandled.
      next.catch(() => {});
    }
    return next;
  };
  return {
    prepare: () => void prepare(),
    async take(signal) {
      const result = await untilAborted(prepare(), signal);
      if (result !== undefined) next = undefined;
      return result?.value ?? undefined;
    },
    close: () => closeSoon(runs),
  };
}
