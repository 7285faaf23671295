// The true labels that come back for predictions.
import { ApiError, type FeedbackItem, type FieldProblem, type Label } from "@lepta/api";
import { eq, sql } from "drizzle-orm";
import { rowsByKeys } from "../db/by-keys.ts";
import { predictions } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireProduct } from "../registry/products.ts";

/**
 * Records labels, all or none. The label of a prediction can be corrected by sending another.
 * @returns how many were new or changed; a repeat counts 0.
 * @throws ApiError product-not-found, prediction-not-found, invalid-label
 */
export function recordFeedback(tenant: Tenant, product: string, items: readonly FeedbackItem[]): Promise<number> {
  return tenant.transaction(async (tx) => {
    const known = await requireProduct(tx, product);
    // Of several labels for one prediction the last counts.
    const labels = new Map<string, string>();
    const wrong: FieldProblem[] = [];
    for (const [i, { prediction, label }] of items.entries()) {
      const fits = known.classes === null ? isNumber(label) : known.classes.includes(String(label));
      if (!fits) wrong.push({ path: placeOf(items, i, "label"), message: `${shown(label)} is not a label` });
      labels.set(prediction.toLowerCase(), known.classes === null ? String(Number(label)) : String(label));
    }
    if (wrong.length > 0) {
      const expected = known.classes === null ? "a number" : `one of ${known.classes.join(", ")}`;
      throw new ApiError("invalid-label", `${wrong[0]?.message} of ${product}`, {
        errors: wrong,
        fix: `Send ${expected}.`,
      });
    }
    const ids = [...labels.keys()];
    const found = await rowsByKeys(tx, predictions, predictions.id, ids, eq(predictions.product, product));
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
    const changed = await tx.execute(sql`
      insert into lepta.feedback (organisation_id, prediction_id, label)
      select ${tenant.organisationId}::uuid, given.* from unnest(${sql.param(ids)}::uuid[], ${sql.param([...labels.values()])}::text[]) as given
      on conflict (organisation_id, prediction_id) do update set label = excluded.label, at = now()
        where feedback.label <> excluded.label
      returning prediction_id`);
    return changed.rows.length;
  });
}

function shown(label: Label): string {
  return JSON.stringify(typeof label === "string" && label.length > 100 ? `${label.slice(0, 100)}…` : label);
}

/** A number, or one in decimal digits: what JavaScript reads as one beside these (blanks, hexadecimal) is a mistake. */
function isNumber(label: Label): boolean {
  return Number.isFinite(typeof label === "number" || decimal.test(label) ? Number(label) : Number.NaN);
}

const decimal = /^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[+-]?[0-9]+)?$/i;

function placeOf(items: readonly unknown[], i: number, field: string): string {
  return items.length === 1 ? `/${field}` : `/feedback/${i}/${field}`;
}
