// The true labels that come back for predictions.
import { ApiError, type FeedbackItem, type FieldProblem, type Label } from "@lepta/api";
import { sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import type { Tenant } from "../db/tenant.ts";
import { rulesOf } from "../outcomes/index.ts";
import { requireProduct } from "../registry/products.ts";
import { type LabelledPrediction, storeLabels } from "./label-sums.ts";

/**
 * Records labels, all or none. The label of a prediction can be corrected by sending another.
 * @returns how many were new or changed; a repeat counts 0.
 * @throws ApiError product-not-found, prediction-not-found, invalid-label
 */
export function recordFeedback(tenant: Tenant, product: string, items: readonly FeedbackItem[]): Promise<number> {
  return tenant.transaction(async (tx) => {
    const known = await requireProduct(tx, product);
    const rules = rulesOf(known.outcome);
    // Of several labels for one prediction the last counts.
    const labels = new Map<string, Label>();
    const wrong: FieldProblem[] = [];
    for (const [i, { prediction, label }] of items.entries()) {
      const truth = rules.label(label, known.outcome);
      if (truth === undefined)
        wrong.push({ path: placeOf(items, i, "label"), message: `${shown(label)} is not a label` });
      else labels.set(prediction.toLowerCase(), truth);
    }
    if (wrong.length > 0) {
      throw new ApiError("invalid-label", `${wrong[0]?.message} of ${product}`, {
        errors: wrong,
        fix: `Send ${rules.labels(known.outcome)}.`,
      });
    }
    const ids = [...labels.keys()];
    const found = await lockPredictions(tx, product, ids);
    if (found.length < ids.length) {
      const there = new Set(found.map(({ id }) => id));
      const errors = items.flatMap(({ prediction }, i) =>
        there.has(prediction.toLowerCase())
          ? []
          : [
              {
                path: placeOf(items, i, "prediction"),
                message: `no prediction of ${product} has the id ${prediction}`,
              },
            ],
      );
      throw new ApiError("prediction-not-found", errors[0]?.message ?? "a prediction is not there", {
        errors,
        fix: "Use ids that predict calls of this product answered; nothing of this request was recorded.",
      });
    }
    return storeLabels(
      tx,
      tenant.organisationId,
      known.outcome,
      found.map((prediction) => ({ ...prediction, truth: labels.get(prediction.id)! })),
    );
  });
}

/** Those of the product that are there; locked in one order, so that labels of one prediction follow each other. */
async function lockPredictions(
  tx: Sql,
  product: string,
  ids: readonly string[],
): Promise<Omit<LabelledPrediction, "truth">[]> {
  // One look-up by the key each; `id = any(…)` would leave the way to the planner.
  const { rows } = await tx.execute<Record<string, unknown> & Omit<LabelledPrediction, "truth">>(sql`
    select p.* from unnest(${sql.param([...ids].sort())}::uuid[]) as wanted(id) cross join lateral (
      select p.id, p.variant_id as "variantId", p.subject_hash as "subjectHash", p.outcome
      from lepta.predictions p where p.id = wanted.id and p.product = ${product} limit 1 for no key update
    ) p`);
  return rows;
}

function shown(label: Label): string {
  if (Array.isArray(label)) return "a list";
  return JSON.stringify(typeof label === "string" && label.length > 100 ? `${label.slice(0, 100)}…` : label);
}

function placeOf(items: readonly unknown[], i: number, field: string): string {
  return items.length === 1 ? `/${field}` : `/feedback/${i}/${field}`;
}
