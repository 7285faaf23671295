// A prediction, its request, and the feedback on it.
import * as z from "zod";
import { costMatrix } from "./deployment.ts";
import { label, outcome } from "./outcome.ts";
import { id, pageQuery, productName, queryNumber, text, time } from "./scalars.ts";
import { versionReference } from "./version.ts";

export const rowValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** One raw row: the product's own field names, no preprocessing. */
export const row = z.record(z.string(), rowValue);
export type Row = z.infer<typeof row>;

const subject = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: "Who the row is about: keeps a subject on one variant. Stored hashed" });

const predictOptions = {
  subject: subject.optional(),
  id: id
    .optional()
    .meta({ description: "Chosen by the caller, makes the call repeatable: the same id answers the same" }),
};
export const predictOne = z.strictObject({ row, ...predictOptions }).meta({ id: "PredictRequest" });
export const predictMany = z
  .strictObject({
    rows: z
      .array(z.strictObject({ row, ...predictOptions }))
      .min(1)
      .max(1000),
  })
  .meta({ id: "PredictBatchRequest" });
export const predictRequest = z.union([predictOne, predictMany]);

export const prediction = z
  .object({
    id,
    product: productName,
    model: versionReference,
    variant: z.string(),
    outcome,
    at: time,
  })
  .meta({ id: "Prediction" });
export type Prediction = z.infer<typeof prediction>;

export const predictResponse = z.union([prediction, z.object({ predictions: z.array(prediction) })]);

/** What turned a probability into its label, or a score into its flag. */
export const decision = z
  .object({
    positive: z.string().nullable().meta({ description: "The class; null for a score" }),
    threshold: z.number().meta({ description: "The answer is the positive class, or flagged, from here on" }),
    costs: costMatrix.nullable().meta({ description: "Of the deployment that answered; null: none was given" }),
  })
  .meta({ id: "Decision" });
export type Decision = z.infer<typeof decision>;

/** A stored prediction with what it was made from and what became of it. */
export const predictionRecord = prediction
  .extend({
    decision: decision.nullable().meta({ description: "null: no threshold decided" }),
    row,
    subjectHash: z.string().nullable(),
    traceparent: z.string().nullable().meta({ description: "W3C Trace Context of the request" }),
    own: z.boolean().meta({ description: "The organisation's own use: counted, never billed" }),
    run: id.nullable(),
    dataHash: z.string(),
    feedback: z.object({ label, at: time }).nullable(),
    invoiceLine: id.nullable(),
  })
  .meta({ id: "PredictionRecord" });
export type PredictionRecord = z.infer<typeof predictionRecord>;

export const predictionTruth = z
  .enum(["right", "wrong", "labelled", "unlabelled"])
  .meta({ description: "Whether the true label is known, and whether the answer is it" });
export type PredictionTruth = z.infer<typeof predictionTruth>;

/** A filter may leave a page with few items, or none, and a `nextCursor` to look on from. */
export const predictionQuery = pageQuery("instant").extend({
  product: productName.optional(),
  version: queryNumber(1, Number.MAX_SAFE_INTEGER, {
    description: "Of the product's versions; one that is not there has no predictions",
  }).optional(),
  variant: text.min(1).max(100).optional(),
  label: text.min(1).max(500).optional().meta({ description: "The answer: a class, or true or false for a score" }),
  truth: predictionTruth.optional(),
  invoiceLine: id.optional(),
});

export const feedbackItem = z.strictObject({ prediction: id, label }).meta({ id: "Feedback" });
export type FeedbackItem = z.infer<typeof feedbackItem>;
export const feedbackRequest = z.union([
  feedbackItem,
  z.strictObject({ feedback: z.array(feedbackItem).min(1).max(1000) }),
]);
export const feedbackResponse = z.object({
  recorded: z.int().nonnegative().meta({ description: "New or changed labels; a repeat counts 0" }),
});
