// Reads stored predictions back, one or many, with what they were made from and what became of them.
import {
  ApiError,
  type CostMatrix,
  type Label,
  type OutcomeForm,
  type Page,
  type Prediction,
  type PredictionRecord,
} from "@lepta/api";
import { and, eq } from "drizzle-orm";
import { rowsByKeys } from "../db/by-keys.ts";
import type { Sql } from "../db/connection.ts";
import { isUuid } from "../db/id.ts";
import { cursorOf, type PageRequest, placeOf, toPage } from "../db/page.ts";
import {
  deployments,
  feedback,
  invoiceLines,
  modelVersions,
  predictions,
  products,
  usageEvents,
  usageHours,
  variants,
} from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { rulesOf } from "../outcomes/index.ts";
import { requireProduct } from "../registry/products.ts";
import { predictionSource } from "../serving/prediction-source.ts";
import { boundedPage, newestPredictions, type PageOf } from "./prediction-page.ts";
import { isSearch, noVariant, type SearchFilter, searchPredictions } from "./prediction-search.ts";

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

/** Those of the ids that are there, in their order. */
export function readPredictions(tenant: Tenant, ids: readonly string[]): Promise<PredictionRecord[]> {
  return tenant.transaction((tx) => readRecords(tx, ids));
}

export interface PredictionFilter extends PageRequest, SearchFilter {
  product?: string | undefined;
  version?: number | undefined;
  invoiceLine?: string | undefined;
}

/**
 * A page, newest first. A search may leave it with few items, or none, and large rows with few, and a cursor to look on
 * from.
 * @throws ApiError product-not-found, invoice-line-not-found, invalid-request for a cursor that is none of ours.
 */
export function listPredictions(tenant: Tenant, filter: PredictionFilter): Promise<Page<PredictionRecord>> {
  return tenant.transaction(async (tx) => {
    const after = placeOf(filter.cursor);
    const of = await pageOf(tx, filter);
    // One more than the page has: whether there is a next one.
    const limit = (filter.limit ?? 50) + 1;
    const found = isSearch(filter)
      ? await searchPredictions(tx, filter, { of, after, wanted: limit })
      : { ids: await newestPredictions(tx, { of, after, limit }), looked: undefined };
    const ids = await boundedPage(tx, found.ids.slice(0, limit));
    const records = await readRecords(tx, ids);
    const page = toPage(
      records,
      ids.length < found.ids.length ? ids.length : limit,
      (record) => record,
      ({ at, id }) => ({ at: new Date(at), id }),
    );
    return { ...page, nextCursor: page.nextCursor ?? (found.looked === undefined ? null : cursorOf(found.looked)) };
  });
}

/** What the filter names. A line is of one version, and a version of one product: the narrowest is enough. */
async function pageOf(tx: Sql, { product, version, invoiceLine }: PredictionFilter): Promise<PageOf | undefined> {
  if (product !== undefined) await requireProduct(tx, product);
  const versions = version === undefined ? undefined : await versionsOf(tx, version, product);
  if (invoiceLine !== undefined) {
    const [line] = await tx.select().from(invoiceLines).where(eq(invoiceLines.id, invoiceLine));
    if (!line) {
      throw new ApiError("invoice-line-not-found", `no invoice line has the id ${invoiceLine}`, {
        fix: "GET /v1/invoices lists the invoices with their lines.",
      });
    }
    const there = (product === undefined || line.product === product) && (versions?.includes(line.versionId) ?? true);
    return { column: "invoice_line_id", keys: there ? [invoiceLine] : [] };
  }
  if (versions !== undefined) return { column: "version_id", keys: versions };
  return product === undefined ? undefined : { column: "product", keys: [product] };
}

/** The versions of this number: one a product. */
async function versionsOf(tx: Sql, version: number, product: string | undefined): Promise<string[]> {
  // No integer column holds it.
  if (version >= 2 ** 31) return [];
  const rows = await tx
    .select({ id: modelVersions.id })
    .from(modelVersions)
    .where(
      and(eq(modelVersions.version, version), product === undefined ? undefined : eq(modelVersions.product, product)),
    );
  return rows.map(({ id }) => id);
}

/**
 * In steps, each by the keys that the one before found: a join over all would leave it to the planner, which knows
 * nothing of a database without statistics, whether to read whole tables.
 */
async function readRecords(tx: Sql, ids: readonly string[]): Promise<PredictionRecord[]> {
  const found = await rowsByKeys(tx, predictions, predictions.id, ids.filter(isUuid));
  if (found.length === 0) return [];
  const keys = found.map(({ id }) => id);
  const versionKeys = distinct(found.map(({ versionId }) => versionId));
  const versions = await rowsByKeys(tx, modelVersions, modelVersions.id, versionKeys);
  const tasks = await rowsByKeys(tx, products, products.name, distinct(found.map(({ product }) => product)));
  const variantKeys = distinct(found.flatMap(({ variantId }) => variantId ?? []));
  const named = await rowsByKeys(tx, variants, variants.id, variantKeys);
  const deploymentKeys = distinct(named.map(({ deploymentId }) => deploymentId));
  const deployed = by(await rowsByKeys(tx, deployments, deployments.id, deploymentKeys), ({ id }) => id);
  const labels = await rowsByKeys(tx, feedback, feedback.predictionId, keys);
  const events = await rowsByKeys(tx, usageEvents, usageEvents.id, keys, eq(usageEvents.source, predictionSource));
  const hours = await rowsByKeys(tx, usageHours, usageHours.id, distinct(events.map(({ hourId }) => hourId)));
  const of = {
    prediction: by(found, ({ id }) => id),
    version: by(versions, ({ id }) => id),
    product: by(tasks, ({ name }) => name),
    variant: by(named, ({ id }) => id),
    feedback: by(labels, ({ predictionId }) => predictionId),
    event: by(events, ({ id }) => id),
    hour: by(hours, ({ id }) => id),
  };
  return ids.flatMap((id) => {
    const prediction = of.prediction.get(id.toLowerCase());
    if (!prediction) return [];
    const version = of.version.get(prediction.versionId)!;
    const variant = of.variant.get(prediction.variantId ?? "");
    return toRecord(prediction, {
      version,
      product: of.product.get(prediction.product)!,
      variant: variant && { name: variant.name, costs: deployed.get(variant.deploymentId)?.costs ?? null },
      feedback: of.feedback.get(prediction.id),
      invoiceLine: of.hour.get(of.event.get(prediction.id)?.hourId ?? "")?.invoiceLineId ?? null,
    });
  });
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];
const by = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T> =>
  new Map(rows.map((row) => [key(row), row]));

interface Beside {
  version: typeof modelVersions.$inferSelect;
  product: { outcome: OutcomeForm };
  variant: { name: string; costs: CostMatrix | null } | undefined;
  feedback: { label: Label; at: Date } | undefined;
  invoiceLine: string | null;
}

function toRecord(prediction: typeof predictions.$inferSelect, beside: Beside): PredictionRecord {
  const { version, variant, feedback: given } = beside;
  const { threshold } = version;
  const form = beside.product.outcome;
  const positive = rulesOf(form).positive(form);
  return {
    id: prediction.id,
    product: prediction.product,
    model: { id: prediction.versionId, name: version.name, version: version.version },
    variant: variant?.name ?? noVariant,
    outcome: prediction.outcome,
    at: prediction.at.toISOString(),
    row: prediction.row,
    subjectHash: prediction.subjectHash,
    traceparent: prediction.traceparent,
    own: prediction.own,
    decision:
      positive === undefined || threshold === null ? null : { positive, threshold, costs: variant?.costs ?? null },
    run: version.runId,
    dataHash: version.dataHash,
    feedback: given ? { label: given.label, at: given.at.toISOString() } : null,
    invoiceLine: beside.invoiceLine,
  };
}

/** The part of a record that a predict call answers. */
export function answerOf(record: PredictionRecord): Prediction {
  const { id, product, model, variant, outcome, at } = record;
  return { id, product, model, variant, outcome, at };
}
