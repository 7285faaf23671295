// Stages of a run, and the finished stage that another run can reuse: same name, same inputs.
import { ApiError, type Stage, type StageStatus } from "@lepta/api";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { runStages, runs } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { appendEvents } from "./events.ts";

export interface StageRecord {
  name: string;
  /** Order in the run, from 0. */
  position: number;
  status: StageStatus;
  /** Hash of all that the result depends on: a later run with the same reuses the result. */
  inputHash?: string;
  /** Figures to show. */
  summary?: Record<string, unknown>;
  /** What later stages and runs need of it: paths, blob hashes, ids. */
  result?: Record<string, unknown>;
  error?: { code: string; message: string; fix: string | null };
}

/**
 * Writes a stage's state: called when it starts and again when it ends. Fields that are left out stay as they are.
 * Adds the stage event. @throws ApiError run-not-found, run-finished
 */
export async function recordStage(tenant: Tenant, runId: string, stage: StageRecord): Promise<void> {
  const ended = stage.status !== "running";
  await tenant.transaction(async (tx) => {
    await appendEvents(tx, runId, [{ type: "stage", stage: stage.name, status: stage.status }]);
    const given = {
      position: stage.position,
      status: stage.status,
      finishedAt: ended ? sql`now()` : null,
      ...(stage.inputHash === undefined ? {} : { inputHash: stage.inputHash }),
      ...(stage.summary === undefined ? {} : { summary: stage.summary }),
      ...(stage.result === undefined ? {} : { result: stage.result }),
      ...(stage.error === undefined ? {} : { error: stage.error }),
    };
    await tx
      .insert(runStages)
      .values({ organisationId: tenant.organisationId, runId, name: stage.name, ...given })
      .onConflictDoUpdate({ target: [runStages.organisationId, runStages.runId, runStages.name], set: given });
  });
}

export interface FinishedStage {
  runId: string;
  summary: Record<string, unknown> | null;
  result: Record<string, unknown> | null;
  finishedAt: string;
}

/** The newest finished stage of this product, name and inputs; of interrupted and failed runs too. */
export async function findFinishedStage(
  tenant: Tenant,
  { product, name, inputHash }: { product: string; name: string; inputHash: string },
): Promise<FinishedStage | undefined> {
  const [row] = await tenant.transaction((tx) =>
    tx
      .select({ stage: runStages })
      .from(runStages)
      .innerJoin(runs, and(eq(runs.organisationId, runStages.organisationId), eq(runs.id, runStages.runId)))
      .where(
        and(
          eq(runs.product, product),
          eq(runStages.name, name),
          eq(runStages.inputHash, inputHash),
          inArray(runStages.status, ["done", "reused"]),
        ),
      )
      .orderBy(desc(runStages.finishedAt))
      .limit(1),
  );
  if (!row) return undefined;
  const { runId, summary, result, finishedAt } = row.stage;
  if (!finishedAt)
    throw new ApiError("internal-error", `stage ${name} of run ${runId} has no end`, { fix: "Report it." });
  return { runId, summary, result, finishedAt: finishedAt.toISOString() };
}

export function toStage(row: typeof runStages.$inferSelect): Stage {
  return {
    name: row.name,
    position: row.position,
    status: row.status,
    inputHash: row.inputHash,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    summary: row.summary as Stage["summary"],
    error: row.error,
  };
}
