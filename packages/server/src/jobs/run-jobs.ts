// Jobs on pg-boss, in the store's own database: at their times, once among all the processes that share the store.
import { setTimeout } from "node:timers/promises";
import PgBoss from "pg-boss";
import type { Store } from "../db/store.ts";
import type { JobDefinition } from "../job-definition.ts";
import { type Clock, createClock } from "./clock.ts";

export interface Jobs {
  /** Queues a job now and waits until it has run. @throws what the job threw, as text */
  runNow(name: string): Promise<void>;
  /** Waits for running jobs, then stops. */
  stop(): Promise<void>;
}

export interface JobOptions {
  /** How often a queue is looked at, in seconds. Default 2. */
  pollSeconds?: number;
  onError?: (error: Error) => void;
}

export async function startJobs(
  store: Store,
  definitions: readonly JobDefinition[],
  { pollSeconds = 2, onError = () => undefined }: JobOptions = {},
): Promise<Jobs> {
  const { queue } = store.owner;
  // Its own workers and clock are not used: they leave the end of a job unawaited, and a database that goes away in that
  // moment would end the process.
  const common = { schema: "lepta_jobs", application_name: "lepta jobs", schedule: false };
  const boss =
    "url" in queue
      ? new PgBoss({ ...common, connectionString: queue.url, max: 3 })
      : new PgBoss({ ...common, db: { executeSql: (text, values) => queue.script(text, values) } });
  boss.on("error", onError);
  await boss.start();
  const ending = new AbortController();
  const loops: Promise<void>[] = [];
  for (const definition of definitions) {
    const { name, cron, atStart } = definition;
    await boss.createQueue(name, { name, retryLimit: 2, retryDelay: 30, expireInSeconds: 3600 });
    if (atStart) await boss.send(name, {});
    loops.push(every(pollSeconds * 1000, ending.signal, onError, () => runNext(boss, store, definition)));
    if (cron === undefined) continue;
    const clock = createClock(cron);
    loops.push(every(clockMs, ending.signal, onError, () => sendDue(boss, name, clock)));
  }
  return {
    async runNow(name) {
      const id = await boss.send(name, {}, { retryLimit: 0 });
      if (id === null) throw new Error(`the queue ${name} took no job`);
      for (;;) {
        const job = await boss.getJobById(name, id);
        if (job?.state === "completed") return;
        if (job === null || job.state === "failed" || job.state === "cancelled") {
          throw new Error(`the job ${name} ${job?.state ?? "vanished"}: ${JSON.stringify(job?.output ?? null)}`);
        }
        await setTimeout(50);
      }
    },
    async stop() {
      ending.abort();
      await Promise.all(loops);
      await boss.stop({ graceful: false });
    },
  };
}

/** Repeats `work` until `signal` aborts, and ends when it has ended. What fails is told and tried again at the next turn. */
async function every(
  ms: number,
  signal: AbortSignal,
  onError: (error: Error) => void,
  work: () => Promise<boolean>,
): Promise<void> {
  while (!signal.aborted) {
    let more = false;
    try {
      more = await work();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    // Node's own timers reject when aborted.
    if (!more) await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Runs the queue's next job, if there is one, and tells its end. */
async function runNext(boss: PgBoss, store: Store, { name, run }: JobDefinition): Promise<boolean> {
  const [job] = await boss.fetch(name);
  if (job === undefined) return false;
  try {
    await run(store);
  } catch (error) {
    await boss.fail(name, job.id, error instanceof Error ? error : new Error(String(error)));
    return true;
  }
  await boss.complete(name, job.id);
  return true;
}

/** How often the clock is looked at: cron's times are whole minutes. */
const clockMs = 20_000;

/** Queues a job for the latest time that has come; of several processes that do so the queue takes one. */
async function sendDue(boss: PgBoss, name: string, clock: Clock): Promise<boolean> {
  const due = clock();
  if (due === undefined) return false;
  await boss.send(name, {}, { singletonKey: due.toISOString(), singletonHours: 12 });
  return false;
}
