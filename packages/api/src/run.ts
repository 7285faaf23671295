// A run of the pipeline: its stages, its training curves, and its events as they happen.
import * as z from "zod";
import { metricTitle } from "./metric.ts";
import { id, productName, time } from "./scalars.ts";

export const runStatus = z.enum(["running", "done", "failed", "interrupted"]);
export type RunStatus = z.infer<typeof runStatus>;
export const stageStatus = z.enum(["running", "done", "reused", "failed", "interrupted"]);
export type StageStatus = z.infer<typeof stageStatus>;

export const stage = z
  .object({
    name: z.string(),
    position: z.int().nonnegative(),
    status: stageStatus,
    inputHash: z.string().nullable().meta({ description: "Equal inputs reuse the stage's result" }),
    startedAt: time,
    finishedAt: time.nullable(),
    summary: z.record(z.string(), z.json()).nullable().meta({ description: "The stage's figures, as it prints them" }),
    error: z.object({ code: z.string(), message: z.string(), fix: z.string().nullable() }).nullable(),
  })
  .meta({ id: "Stage" });
export type Stage = z.infer<typeof stage>;

const eventBase = { seq: z.int().positive().meta({ description: "Counts up in the run" }), at: time };

export const runEvent = z
  .discriminatedUnion("type", [
    z.object({ ...eventBase, type: z.literal("stage"), stage: z.string(), status: stageStatus }),
    z.object({
      ...eventBase,
      type: z.literal("metric"),
      stage: z.string(),
      model: z.string().meta({ description: "Which of the run's models is training" }),
      step: z.int().nonnegative(),
      epoch: z.number().nullable(),
      values: z.record(z.string(), z.number()).meta({ description: "e.g. loss, validationLoss, auc" }),
      metrics: z
        .record(z.string(), metricTitle)
        .optional()
        .meta({ description: "How to read those of the values that are metrics; the others are losses" }),
    }),
    z.object({
      ...eventBase,
      type: z.literal("progress"),
      stage: z.string(),
      done: z.number(),
      total: z.number().nullable(),
      text: z.string().nullable(),
    }),
    z.object({
      ...eventBase,
      type: z.literal("message"),
      stage: z.string().nullable(),
      level: z.enum(["info", "warning"]),
      text: z.string(),
    }),
    z.object({ ...eventBase, type: z.literal("finish"), status: runStatus }),
  ])
  .meta({ id: "RunEvent" });
export type RunEvent = z.infer<typeof runEvent>;

type WithoutPlace<E> = E extends unknown ? Omit<E, "seq" | "at"> & { at?: string } : never;
/** An event as it is appended: the store gives `seq`, and `at` when it is absent. */
export type NewRunEvent = WithoutPlace<RunEvent>;

export const curve = z
  .object({
    stage: z.string(),
    model: z.string(),
    name: z.string().meta({ description: "The value's name in the metric events" }),
    metric: metricTitle.nullable().meta({ description: "null: a loss" }),
    points: z.array(z.tuple([z.number(), z.number()])).meta({ description: "[step, value], by step" }),
  })
  .meta({ id: "Curve" });
export type Curve = z.infer<typeof curve>;

/** The one figure that stands for a run: a stage's summary may hold one under this name. */
export const headline = z
  .object({
    model: z.string().meta({ description: "Which of the run's models it is of" }),
    metric: z.string().meta({ description: "e.g. auc" }),
    value: z.number(),
    ...metricTitle.shape,
  })
  .meta({ id: "Headline", description: "The deciding metric on the held-out test part" });
export type Headline = z.infer<typeof headline>;

export const runSummary = z
  .object({
    id,
    product: productName,
    status: runStatus,
    seed: z.int().nullable(),
    headline: headline.nullable().meta({ description: "null before a stage measured one" }),
    resumable: z.boolean().meta({ description: "Interrupted or failed; a new run takes over its finished stages" }),
    startedAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof runSummary>;

export const run = runSummary
  .extend({
    stages: z.array(stage),
    curves: z.array(curve),
    lastEvent: z.int().nonnegative().meta({ description: "seq to go on from in /events; 0 before the first" }),
  })
  .meta({ id: "Run" });
export type Run = z.infer<typeof run>;
