// Pipeline runs with their stages and events.

import type { NewRunEvent } from "@lepta/api";
import { sql } from "drizzle-orm";
import { bigint, foreignKey, index, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
import { instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

export const runs = lepta.table(
  "runs",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    /** A name, no reference: a run starts before its product is registered. */
    product: text("product").notNull(),
    status: text("status", { enum: ["running", "done", "failed", "interrupted"] }).notNull(),
    seed: bigint("seed", { mode: "number" }),
    /** The process that runs it (host, pid, start): once it is dead, a running run is interrupted. */
    process: text("process").notNull(),
    startedAt: instant("started_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
    /** The process's newest sign of life: all there is to go by where it is on another host. */
    heartbeatAt: instant("heartbeat_at").notNull().defaultNow(),
    /** seq of the newest event. */
    lastEvent: integer("last_event").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({ name: "runs_organisation", columns: [t.organisationId], foreignColumns: [organisations.id] }),
    index("runs_newest").on(t.organisationId, t.startedAt, t.id),
    index("runs_of_product").on(t.organisationId, t.product, t.startedAt, t.id),
    index("runs_running").on(t.status).where(sql`status = 'running'`),
    tenantPolicy(),
  ],
);

export const runStages = lepta.table(
  "run_stages",
  {
    organisationId: organisationId(),
    runId: uuid("run_id").notNull(),
    name: text("name").notNull(),
    position: integer("position").notNull(),
    status: text("status", { enum: ["running", "done", "reused", "failed", "interrupted"] }).notNull(),
    /** Hash of all that the stage's result depends on. */
    inputHash: text("input_hash"),
    startedAt: instant("started_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
    /** The figures that the stage shows. */
    summary: jsonb("summary").$type<Record<string, unknown>>(),
    /** What a later stage or run needs of it (paths, blob hashes, ids); never shown. */
    result: jsonb("result").$type<Record<string, unknown>>(),
    error: jsonb("error").$type<{ code: string; message: string; fix: string | null }>(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.runId, t.name] }),
    foreignKey({
      name: "run_stages_run",
      columns: [t.organisationId, t.runId],
      foreignColumns: [runs.organisationId, runs.id],
    }).onDelete("cascade"),
    index("run_stages_reuse")
      .on(t.organisationId, t.name, t.inputHash, t.finishedAt)
      .where(sql`status in ('done', 'reused')`),
    tenantPolicy(),
  ],
);

export const runEvents = lepta.table(
  "run_events",
  {
    organisationId: organisationId(),
    runId: uuid("run_id").notNull(),
    seq: integer("seq").notNull(),
    at: instant("at").notNull(),
    event: jsonb("event").$type<NewRunEvent>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.runId, t.seq] }),
    foreignKey({
      name: "run_events_run",
      columns: [t.organisationId, t.runId],
      foreignColumns: [runs.organisationId, runs.id],
    }).onDelete("cascade"),
    tenantPolicy(),
  ],
);
