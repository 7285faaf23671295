// Jobs on pg-boss, in the store's own database: at their times, once among all the processes that share the store.
import { PgBoss } from "pg-boss";
import type { Store } from "../db/store.ts";

/** A job is a room's own piece of work, given from above: this room knows only when and that it runs. */
export interface JobDefinition {
  name: string;
  /** Five-field cron expression, UTC; absent: only when asked for. */
  cron?: string;
  /** Also when the jobs start: a process may not be up at the job's times. */
  atStart?: boolean;
  /** Runs at least once each time: a process may die at its end, so doing it twice must be the same as once. */
  run(store: Store): Promise<void>;
}

export interface Jobs {
  /** Queues a job now and waits until it has run. @throws what the job threw, as text */
  runNow(name: string): Promise<void>;
  /** Waits for running jobs, then stops. */
  stop(): Promise<void>;
}

export interface JobOptions {
  /** How often a queue is looked at, in seconds. Default 2. PGlite cannot wake us; PostgreSQL does (LISTEN). */
  pollSeconds?: number;
  onError?: (error: Error) => void;
}

export async function startJobs(
  store: Store,
  definitions: readonly JobDefinition[],
  { pollSeconds = 2, onError = () => undefined }: JobOptions = {},
): Promise<Jobs> {
  const { queue } = store.owner;
  const common = { schema: "lepta_jobs", application_name: "lepta jobs" };
  const boss =
    "url" in queue
      ? new PgBoss({ ...common, connectionString: queue.url, max: 3, useListenNotify: true })
      : new PgBoss({
          ...common,
          backend: "pglite",
          db: {
            executeSql: (text, values) => queue.script(text, values),
            // One session for the life of the store: run once, they hold.
            setSessionStatements: async (statements) => {
              for (const statement of statements) await queue.script(statement);
            },
          },
        });
  boss.on("error", onError);
  await boss.start();
  for (const { name, cron, atStart, run } of definitions) {
    await boss.createQueue(name, { retryLimit: 2, retryDelay: 30, expireInSeconds: 3600 });
    await boss.work(name, { pollingIntervalSeconds: pollSeconds }, async () => run(store));
    if (cron !== undefined) await boss.schedule(name, cron, {}, { tz: "UTC" });
    if (atStart) await boss.send(name, {});
  }
  return {
    async runNow(name) {
      const id = await boss.send(name, {}, { retryLimit: 0 });
      if (id === null) throw new Error(`the queue ${name} took no job`);
      for (;;) {
        const [job] = await boss.findJobs(name, { id });
        if (job?.state === "completed") return;
        if (job === undefined || job.state === "failed" || job.state === "cancelled") {
          throw new Error(`the job ${name} ${job?.state ?? "vanished"}: ${JSON.stringify(job?.output ?? null)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
}
