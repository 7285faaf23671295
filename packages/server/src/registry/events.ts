// A run's events: appended in order, read from any place on, and watched while the run goes on.
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type NewRunEvent, type RunEvent } from "@lepta/api";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { isUuid } from "../db/id.ts";
import { runEvents, runs } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";

/** Appends to a running run, many in one transaction; none is a sign of life. @throws ApiError run-not-found, run-finished */
export async function appendRunEvents(tenant: Tenant, runId: string, events: readonly NewRunEvent[]): Promise<void> {
  await tenant.transaction((tx) => appendEvents(tx, runId, events));
}

export async function appendEvents(tx: Sql, runId: string, events: readonly NewRunEvent[]): Promise<void> {
  // The update locks the run's row: numbers are given out in the order of the transactions.
  const [run] = isUuid(runId)
    ? await tx
        .update(runs)
        .set({ lastEvent: sql`${runs.lastEvent} + ${events.length}`, heartbeatAt: sql`now()` })
        .where(and(eq(runs.id, runId), eq(runs.status, "running")))
        .returning({ lastEvent: runs.lastEvent, organisationId: runs.organisationId })
    : [];
  if (!run) throw await whyNot(tx, runId);
  if (events.length === 0) return;
  const first = run.lastEvent - events.length + 1;
  const now = new Date();
  await tx.insert(runEvents).values(
    events.map(({ at, ...event }, i) => ({
      organisationId: run.organisationId,
      runId,
      seq: first + i,
      at: at === undefined ? now : new Date(at),
      event: event as NewRunEvent,
    })),
  );
}

async function whyNot(tx: Sql, runId: string): Promise<ApiError> {
  const [run] = isUuid(runId) ? await tx.select().from(runs).where(eq(runs.id, runId)) : [];
  return run
    ? new ApiError("run-finished", `the run ${runId} is ${run.status}`, {
        fix: "Start a new run; finished stages with the same inputs are reused.",
      })
    : new ApiError("run-not-found", `no run has the id ${runId}`, { fix: "GET /v1/runs lists the runs." });
}

/** Events after `after`, at most `limit`, and whether the run still goes on. @throws ApiError run-not-found */
export async function listRunEvents(
  tenant: Tenant,
  runId: string,
  after = 0,
  limit = 1000,
): Promise<{ events: RunEvent[]; running: boolean }> {
  return tenant.transaction(async (tx) => {
    const [run] = isUuid(runId) ? await tx.select({ status: runs.status }).from(runs).where(eq(runs.id, runId)) : [];
    if (!run) throw await whyNot(tx, runId);
    const rows = await tx
      .select()
      .from(runEvents)
      .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, after)))
      .orderBy(asc(runEvents.seq))
      .limit(limit);
    const events = rows.map(({ seq, at, event }) => ({ ...event, seq, at: at.toISOString() }) as RunEvent);
    return { events, running: run.status === "running" || rows.length === limit };
  });
}

/**
 * Events after `after`, then new ones as they come, until the run ends or `signal` aborts. The store is asked every
 * `everyMs` (default 250): a run may be another process's.
 * @throws ApiError run-not-found
 */
export async function* watchRunEvents(
  tenant: Tenant,
  runId: string,
  { after = 0, everyMs = 250, signal }: { after?: number; everyMs?: number; signal?: AbortSignal } = {},
): AsyncGenerator<RunEvent> {
  while (!signal?.aborted) {
    const { events, running } = await listRunEvents(tenant, runId, after);
    for (const event of events) {
      after = event.seq;
      yield event;
    }
    if (!running) return;
    if (events.length === 0) await sleep(everyMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}
