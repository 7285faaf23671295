// A deployment with its variants, and the experiment's table over them.
import * as z from "zod";
import { count, id, interval, productName, time } from "./scalars.ts";
import { versionReference } from "./version.ts";

export const variantRole = z.enum(["champion", "challenger"]);
export type VariantRole = z.infer<typeof variantRole>;

export const variant = z
  .object({
    id,
    name: z.string().meta({ description: "Unique in the deployment, e.g. challenger" }),
    role: variantRole,
    weight: z.number().min(0).max(1).meta({ description: "Share of the subjects; a deployment's sum is 1" }),
    model: versionReference,
  })
  .meta({ id: "Variant" });
export type Variant = z.infer<typeof variant>;

/** What a wrong answer costs: cost[actual][predicted], in any one unit. */
export const costMatrix = z
  .record(z.string(), z.record(z.string(), z.number()))
  .meta({ id: "CostMatrix", description: "cost[actual][predicted]" });
export type CostMatrix = z.infer<typeof costMatrix>;

export const deployment = z
  .object({ id, product: productName, createdAt: time, variants: z.array(variant), costs: costMatrix.nullable() })
  .meta({ id: "Deployment" });
export type Deployment = z.infer<typeof deployment>;

export const experimentVariant = variant
  .extend({
    predictions: count,
    units: count.meta({ description: "Subjects, and predictions without one: what was assigned" }),
    feedback: count.meta({ description: "Predictions whose true label is known" }),
    cost: interval.nullable().meta({ description: "Mean cost a labelled prediction, 95 %; null without labels" }),
    tooFew: z.boolean().meta({
      description: "Too few labels: the cost has no interval, or one wider than a third of all that a cost can be",
    }),
    difference: interval.nullable().meta({ description: "Mean cost less the champion's, 95 %; null for the champion" }),
    pValue: z.number().nullable().meta({
      description: "That the difference is chance; null for the champion, and where too few labels say nothing",
    }),
  })
  .meta({ id: "ExperimentVariant" });
export type ExperimentVariant = z.infer<typeof experimentVariant>;

export const sampleRatio = z
  .object({
    pValue: z.number().meta({ description: "That the shares follow the weights, chi-square" }),
    mismatch: z.boolean().meta({ description: "Below 0.001: the variants cannot be compared" }),
  })
  .meta({ id: "SampleRatio" });

export const experiment = z
  .object({
    product: productName,
    deployment: id,
    metric: z.string().meta({ description: "What the cost columns count, e.g. cost or error rate" }),
    confidence: z.number(),
    since: time,
    sampleRatio: sampleRatio.nullable().meta({ description: "null with fewer than two variants, or no predictions" }),
    variants: z.array(experimentVariant),
  })
  .meta({ id: "Experiment" });
export type Experiment = z.infer<typeof experiment>;
