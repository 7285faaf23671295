// A model version: what was trained, on which data, and how good it measured.
import * as z from "zod";
import { metric } from "./metric.ts";
import { count, hash, id, interval, productName, time } from "./scalars.ts";

/** Names a version inside predictions, deployments and invoice lines. */
export const versionReference = z
  .object({
    id,
    name: z.string().meta({ description: "The model's name, e.g. network" }),
    version: z.int().positive().meta({ description: "Counts up in the product" }),
  })
  .meta({ id: "VersionReference" });
export type VersionReference = z.infer<typeof versionReference>;

export const confusion = z.object({
  labels: z.array(z.string()),
  counts: z.array(z.array(count)).meta({ description: "[actual][predicted]" }),
});

export const trivial = z
  .object({
    policy: z.string().meta({ description: "What it answers, in words" }),
    metrics: z.record(z.string(), z.number()),
    meanCost: z.number().nullable(),
    gain: interval.extend({ loss: z.string().meta({ description: "e.g. cost, log loss, squared error" }) }).meta({
      description: "How much less the model loses a row, 95 %",
    }),
    beaten: z.boolean().meta({ description: "Whether the whole interval of the gain lies above 0" }),
  })
  .meta({ id: "Trivial", description: "The best answer that looks at no row, on the same rows" });
export type Trivial = z.infer<typeof trivial>;

export const version = versionReference
  .extend({
    product: productName,
    run: id.nullable(),
    metrics: z.record(z.string(), metric).meta({ description: "On the held-out test part, the deciding one first" }),
    baseline: z.record(z.string(), metric).nullable(),
    trivial: trivial.nullable(),
    confusion: confusion.nullable(),
    threshold: z.number().nullable(),
    dataHash: hash,
    modelHash: hash.meta({ description: "SHA-256 of model.onnx" }),
    seed: z.int().nullable(),
    trainedRows: count.nullable(),
    versions: z.record(z.string(), z.string()).meta({ description: "Of the software that made it" }),
    createdAt: time,
  })
  .meta({ id: "Version" });
export type Version = z.infer<typeof version>;
