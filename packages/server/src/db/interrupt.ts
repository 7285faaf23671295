// Runs whose process died while it ran: found when a store opens, and marked so that they can be resumed.
import { and, eq, inArray, sql } from "drizzle-orm";
import { type ProcessIdentity, stateOf, thisProcess } from "./process-identity.ts";
import { organisations, runEvents, runStages, runs } from "./schema.ts";
import type { Store } from "./store.ts";

/** What a run writes down of its process. */
export function processNote(): string {
  return JSON.stringify(thisProcess());
}

/** Marks running runs of dead processes, and their running stages, interrupted. @returns how many runs. */
export async function interruptDeadRuns(store: Pick<Store, "owner" | "tenant">): Promise<number> {
  const all = await store.owner.sql.select({ id: organisations.id }).from(organisations);
  let count = 0;
  for (const { id } of all)
    count += await store.tenant(id).transaction(async (tx) => {
      const running = await tx.select().from(runs).where(eq(runs.status, "running"));
      const dead = running.filter((run) => isDead(run.process));
      if (dead.length === 0) return 0;
      const ids = dead.map((run) => run.id);
      await tx
        .update(runStages)
        .set({ status: "interrupted", finishedAt: sql`now()` })
        .where(and(inArray(runStages.runId, ids), eq(runStages.status, "running")));
      await tx
        .update(runs)
        .set({ status: "interrupted", finishedAt: sql`now()`, lastEvent: sql`${runs.lastEvent} + 1` })
        .where(inArray(runs.id, ids));
      await tx.insert(runEvents).values(
        dead.map((run) => ({
          organisationId: run.organisationId,
          runId: run.id,
          seq: run.lastEvent + 1,
          at: new Date(),
          event: { type: "finish" as const, status: "interrupted" as const },
        })),
      );
      return dead.length;
    });
  return count;
}

function isDead(note: string): boolean {
  try {
    return stateOf(JSON.parse(note) as ProcessIdentity) === "dead";
  } catch {
    return true;
  }
}
