// Signs of life of the runs that this process has begun: a process on another host has nothing else to go by.
import { and, eq, sql } from "drizzle-orm";
import { silentSeconds } from "../db/interrupt.ts";
import { runs } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";

const timers = new Map<string, NodeJS.Timeout>();

/** Beats until the run has ended, or the process has: the timer does not keep it alive. */
export function startHeartbeat(tenant: Tenant, runId: string, everyMs: number = (silentSeconds * 1000) / 4): void {
  const timer = setInterval(() => {
    beat(tenant, runId).then(
      (running) => {
        if (!running) stopHeartbeat(runId);
      },
      // A database that is away for a moment: the next beat tries again.
      () => undefined,
    );
  }, everyMs);
  timer.unref();
  timers.set(runId, timer);
}

export function stopHeartbeat(runId: string): void {
  clearInterval(timers.get(runId));
  timers.delete(runId);
}

/** @returns whether the run still goes on. */
export async function beat(tenant: Tenant, runId: string): Promise<boolean> {
  const beaten = await tenant.transaction((tx) =>
    tx
      .update(runs)
      .set({ heartbeatAt: sql`now()` })
      .where(and(eq(runs.id, runId), eq(runs.status, "running")))
      .returning({ id: runs.id }),
  );
  return beaten.length > 0;
}
