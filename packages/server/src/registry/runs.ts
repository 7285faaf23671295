// Runs of the pipeline: begun, ended, listed, and read with their stages and curves.
import {
  ApiError,
  type Curve,
  headline,
  type NewRunEvent,
  type Page,
  type Run,
  type RunStatus,
  type RunSummary,
} from "@lepta/api";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { isUuid, newId } from "../db/id.ts";
import { processNote } from "../db/interrupt.ts";
import { type PageRequest, pageOf, toPage } from "../db/page.ts";
import { runEvents, runStages, runs } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { appendEvents } from "./events.ts";
import { startHeartbeat, stopHeartbeat } from "./heartbeat.ts";
import { toStage } from "./stages.ts";

/**
 * Begins a run; it belongs to this process, and is marked interrupted once the process is found dead.
 * @param elsewhere it is the run of a process that is reached over HTTP alone: it lives while it sends events
 * @returns its id
 */
export async function createRun(
  tenant: Tenant,
  { product, seed, elsewhere = false }: { product: string; seed?: number; elsewhere?: boolean },
): Promise<string> {
  const id = newId();
  await tenant.transaction((tx) =>
    tx.insert(runs).values({
      organisationId: tenant.organisationId,
      id,
      product,
      status: "running",
      seed: seed ?? null,
      process: processNote(elsewhere),
    }),
  );
  if (!elsewhere) startHeartbeat(tenant, id);
  return id;
}

/** Ends a run; stages that still run end the same way. @throws ApiError run-not-found, run-finished */
export async function finishRun(tenant: Tenant, id: string, status: Exclude<RunStatus, "running">): Promise<void> {
  await tenant.transaction(async (tx) => {
    await appendEvents(tx, id, [{ type: "finish", status }]);
    if (status !== "done") {
      await tx
        .update(runStages)
        .set({ status, finishedAt: sql`now()` })
        .where(and(eq(runStages.runId, id), eq(runStages.status, "running")));
    }
    await tx.update(runs).set({ status, finishedAt: sql`now()` }).where(eq(runs.id, id));
  });
  stopHeartbeat(id);
}

export async function listRuns(
  tenant: Tenant,
  filter: { product?: string | undefined } & PageRequest = {},
): Promise<Page<RunSummary>> {
  const { after, order, limit } = pageOf(filter, runs.startedAt, runs.id);
  const rows = await tenant.transaction((tx) =>
    tx
      .select({ run: runs, headline: headlineOfRun })
      .from(runs)
      .where(and(after, filter.product === undefined ? undefined : eq(runs.product, filter.product)))
      .orderBy(...order)
      .limit(limit),
  );
  return toPage(
    rows,
    limit,
    (row) => toSummary(row.run, row.headline),
    ({ run }) => ({ at: run.startedAt, id: run.id }),
  );
}

/** @throws ApiError run-not-found */
export async function readRun(tenant: Tenant, id: string): Promise<Run> {
  return tenant.transaction(async (tx) => {
    const row = await requireRun(tx, id);
    const stages = await tx.select().from(runStages).where(eq(runStages.runId, id)).orderBy(asc(runStages.position));
    const metrics = await tx
      .select({ event: runEvents.event })
      .from(runEvents)
      .where(and(eq(runEvents.runId, id), sql`${runEvents.event} ->> 'type' = 'metric'`))
      .orderBy(asc(runEvents.seq));
    return {
      ...toSummary(row, stages.findLast(({ summary }) => summary?.headline !== undefined)?.summary?.headline),
      stages: stages.map(toStage),
      curves: toCurves(metrics.map(({ event }) => event)),
      lastEvent: row.lastEvent,
    };
  });
}

/** @throws ApiError run-not-found */
export async function requireRun(tx: Sql, id: string): Promise<typeof runs.$inferSelect> {
  const [row] = isUuid(id) ? await tx.select().from(runs).where(eq(runs.id, id)) : [];
  if (row) return row;
  throw new ApiError("run-not-found", `no run has the id ${id}`, { fix: "GET /v1/runs lists the runs." });
}

/** One curve for each model and value, in the order in which they first appeared. */
export function toCurves(events: readonly NewRunEvent[]): Curve[] {
  const curves = new Map<string, Curve>();
  for (const event of events) {
    if (event.type !== "metric") continue;
    for (const [name, value] of Object.entries(event.values)) {
      const key = JSON.stringify([event.stage, event.model, name]);
      const curve = curves.get(key) ?? { stage: event.stage, model: event.model, name, metric: null, points: [] };
      curve.metric ??= event.metrics?.[name] ?? null;
      curve.points.push([event.step, value]);
      curves.set(key, curve);
    }
  }
  return [...curves.values()];
}

/** The newest stage's that has one: a few rows of the run's own, by their key. */
const headlineOfRun = sql<unknown>`(
  select s.summary -> 'headline' from ${runStages} s
  where s.organisation_id = ${runs.organisationId} and s.run_id = ${runs.id} and s.summary ? 'headline'
  order by s.position desc limit 1)`;

/** @param found as the stage told it; a form that is none is passed over */
function toSummary(row: typeof runs.$inferSelect, found: unknown): RunSummary {
  const measured = headline.safeParse(found);
  return {
    id: row.id,
    product: row.product,
    status: row.status,
    seed: row.seed,
    headline: measured.success ? measured.data : null,
    resumable: row.status === "interrupted" || row.status === "failed",
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
