// What a job is: a name, its times, its work.
import type { Store } from "./db/store.ts";

/** A room's own piece of work; `jobs/definitions.ts` lists them all. */
export interface JobDefinition {
  name: string;
  /** Five-field cron expression, UTC; absent: only when asked for. */
  cron?: string;
  /** Also when the jobs start: a process may not be up at the job's times. */
  atStart?: boolean;
  /** Runs at least once each time: a process may die at its end, so doing it twice must be the same as once. */
  run(store: Store): Promise<void>;
}
