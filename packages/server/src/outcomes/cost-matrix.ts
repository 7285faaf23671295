// Costs of answers that are right or wrong: by a matrix, cost[actual][predicted], or 1 for every error.
import type { CostMatrix } from "@lepta/api";
import { type SQL, sql } from "drizzle-orm";
import type { CostRule } from "./outcome-rules.ts";

export function matrixRule(costs: CostMatrix | null): CostRule {
  const all = costs === null ? [0, 1] : Object.values(costs).flatMap((row) => Object.values(row));
  return {
    metric: costs === null ? "error rate" : "cost",
    bounds: { low: Math.min(...all), high: Math.max(...all) },
  };
}

/** What the matrix lacks costs nothing. */
export const matrixCost = (answer: SQL, truth: SQL, costs: SQL): SQL => sql`coalesce(
  case when jsonb_typeof(${costs}) = 'object' then (${costs} -> (${truth} #>> '{}') ->> (${answer} #>> '{}'))::numeric
    else (${truth} <> ${answer})::int end, 0)`;
