// Runs whose process died while it ran: found when a store opens and while it is open, and marked so that they can be
// resumed.
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Connection } from "./connection.ts";
import { type ProcessIdentity, stateOf, thisProcess } from "./process-identity.ts";
import { organisations, runEvents, runStages, runs } from "./schema.ts";
import type { Tenant } from "./tenant.ts";

/** The store as far as this needs it. */
interface Runs {
  readonly owner: Connection;
  tenant(organisationId: string): Tenant;
}

/** What a run writes down of its process; of one elsewhere nothing is known. */
export function processNote(elsewhere = false): string {
  const identity: ProcessIdentity = { host: "", pid: 0, numberSpace: null, start: null };
  return JSON.stringify(elsewhere ? identity : thisProcess());
}

/** Seconds without a sign of life after which a process on another host counts as dead. */
export const silentSeconds = 60;

/**
 * Marks running runs of dead processes, and their running stages, interrupted. Several processes may do it at once.
 * @param exclusive whether this process alone has the store and has begun no run: every running run is then a dead one's.
 * @returns how many runs.
 */
export async function interruptDeadRuns(
  store: Runs,
  { exclusive = false }: { exclusive?: boolean } = {},
): Promise<number> {
  const all = await store.owner.sql.select({ id: organisations.id }).from(organisations);
  let count = 0;
  for (const { id } of all)
    count += await store.tenant(id).transaction(async (tx) => {
      const running = await tx
        .select({
          id: runs.id,
          process: runs.process,
          silent: sql<boolean>`${runs.heartbeatAt} < now() - make_interval(secs => ${silentSeconds})`,
        })
        .from(runs)
        .where(eq(runs.status, "running"));
      const suspects = running.filter((run) => exclusive || isDead(run.process, run.silent)).map((run) => run.id);
      if (suspects.length === 0) return 0;
      // Who sees the status change has the run: another process that found it too gets no row here.
      const dead = await tx
        .update(runs)
        .set({ status: "interrupted", finishedAt: sql`now()`, lastEvent: sql`${runs.lastEvent} + 1` })
        .where(and(inArray(runs.id, suspects), eq(runs.status, "running")))
        .returning({ id: runs.id, organisationId: runs.organisationId, lastEvent: runs.lastEvent });
      if (dead.length === 0) return 0;
      const ids = dead.map((run) => run.id);
      await tx
        .update(runStages)
        .set({ status: "interrupted", finishedAt: sql`now()` })
        .where(and(inArray(runStages.runId, ids), eq(runStages.status, "running")));
      await tx.insert(runEvents).values(
        dead.map((run) => ({
          organisationId: run.organisationId,
          runId: run.id,
          seq: run.lastEvent,
          at: new Date(),
          event: { type: "finish" as const, status: "interrupted" as const },
        })),
      );
      return dead.length;
    });
  return count;
}

function isDead(note: string, silent: boolean): boolean {
  try {
    const state = stateOf(JSON.parse(note) as ProcessIdentity);
    return state === "dead" || (state === "unknown" && silent);
  } catch {
    return true;
  }
}
