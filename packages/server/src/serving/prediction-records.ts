// Reads stored predictions back, one or many, with what they were made from and what became of them.
import { ApiError, type Label, type Page, type Prediction, type PredictionRecord } from "@lepta/api";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { feedback, invoiceLines, modelVersions, predictions, products, usageEvents, variants } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { type PageRequest, pageOf, toPage } from "../registry/page.ts";
import { requireProduct } from "../registry/products.ts";
import { predictionSource } from "./prediction-writer.ts";

/** What stands for the variant of a prediction that was asked for by version. */
export const noVariant = "none";

/** @throws ApiError prediction-not-found */
export async function readPrediction(tenant: Tenant, id: string): Promise<PredictionRecord> {
  const [record] = await readPredictions(tenant, [id]);
  if (!record) {
    throw new ApiError("prediction-not-found", `no prediction has the id ${id}`, {
      fix: "Use the id that a predict call answered with this organisation's key.",
    });
  }
  return record;
}

/** Those of the ids that are there, in no particular order. */
export function readPredictions(tenant: Tenant, ids: readonly string[]): Promise<PredictionRecord[]> {
  return tenant.transaction(async (tx) =>
    (await select(tx, inArray(predictions.id, [...ids])).limit(ids.length)).map(toRecord),
  );
}

export interface PredictionFilter extends PageRequest {
  product?: string | undefined;
  version?: number | undefined;
  invoiceLine?: string | undefined;
}

/**
 * A page, newest first.
 * @throws ApiError product-not-found, invoice-line-not-found, invalid-request for a cursor that is none of ours.
 */
export function listPredictions(tenant: Tenant, filter: PredictionFilter): Promise<Page<PredictionRecord>> {
  return tenant.transaction(async (tx) => {
    const conditions: (SQL | undefined)[] = [];
    if (filter.product !== undefined) {
      await requireProduct(tx, filter.product);
      conditions.push(eq(predictions.product, filter.product));
    }
    if (filter.version !== undefined) conditions.push(eq(modelVersions.version, filter.version));
    if (filter.invoiceLine !== undefined) {
      const [line] = await tx.select().from(invoiceLines).where(eq(invoiceLines.id, filter.invoiceLine));
      if (!line) {
        throw new ApiError("invoice-line-not-found", `no invoice line has the id ${filter.invoiceLine}`, {
          fix: "GET /v1/invoices lists the invoices with their lines.",
        });
      }
      // From the line's events to their predictions by the key, not from all predictions to their events. Only ours have
      // predictions' ids; whoever sends events may name them as they like.
      conditions.push(sql`${predictions.id} in (
        select case when u.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then u.id::uuid end
        from ${usageEvents} u where u.source = ${predictionSource} and u.invoice_line_id = ${filter.invoiceLine})`);
    }
    const { after, order, limit } = pageOf(filter, predictions.at, predictions.id);
    const rows = await select(tx, and(...conditions, after))
      .orderBy(...order)
      .limit(limit);
    return toPage(rows, limit, toRecord, ({ prediction }) => ({ at: prediction.at, id: prediction.id }));
  });
}

function select(tx: Sql, where: SQL | undefined) {
  return tx
    .select({
      prediction: predictions,
      version: { name: modelVersions.name, number: modelVersions.version, run: modelVersions.runId },
      dataHash: modelVersions.dataHash,
      task: products.task,
      variant: variants.name,
      feedback: { label: feedback.label, at: feedback.at },
      invoiceLine: usageEvents.invoiceLineId,
    })
    .from(predictions)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.organisationId, predictions.organisationId), eq(modelVersions.id, predictions.versionId)),
    )
    .innerJoin(
      products,
      and(eq(products.organisationId, predictions.organisationId), eq(products.name, predictions.product)),
    )
    .leftJoin(
      variants,
      and(eq(variants.organisationId, predictions.organisationId), eq(variants.id, predictions.variantId)),
    )
    .leftJoin(
      feedback,
      and(eq(feedback.organisationId, predictions.organisationId), eq(feedback.predictionId, predictions.id)),
    )
    .leftJoin(
      usageEvents,
      and(
        eq(usageEvents.organisationId, predictions.organisationId),
        eq(usageEvents.source, predictionSource),
        eq(usageEvents.id, sql`${predictions.id}::text`),
      ),
    )
    .where(where)
    .$dynamic();
}

type Selected = Awaited<ReturnType<typeof select>>[number];

function toRecord(selected: Selected): PredictionRecord {
  const { prediction, version, task, feedback: given } = selected;
  const label = (text: string): Label => (task === "regression" ? Number(text) : text);
  return {
    id: prediction.id,
    product: prediction.product,
    model: { id: prediction.versionId, name: version.name, version: version.number },
    variant: selected.variant ?? noVariant,
    label: label(prediction.label),
    probability: prediction.probability,
    probabilities: prediction.probabilities,
    value: prediction.value,
    at: prediction.at.toISOString(),
    row: prediction.row,
    subjectHash: prediction.subjectHash,
    traceparent: prediction.traceparent,
    run: version.run,
    dataHash: selected.dataHash,
    feedback: given ? { label: label(given.label), at: given.at.toISOString() } : null,
    invoiceLine: selected.invoiceLine,
  };
}

/** The part of a record that a predict call answers. */
export function answerOf(record: PredictionRecord): Prediction {
  const { id, product, model, variant, label, probability, probabilities, value, at } = record;
  return { id, product, model, variant, label, probability, probabilities, value, at };
}
