// The experiment's table: each variant's mean cost on the predictions whose true label came back, compared.
import type { Deployment, Experiment } from "@lepta/api";
import { eq } from "drizzle-orm";
import { products } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { costDifference, costInterval, tooFew } from "./cost-statistics.ts";
import { readDeployment } from "./deployment.ts";
import { readSums, type VariantSums } from "./experiment-sums.ts";
import { sampleRatio } from "./sample-ratio.ts";

const confidence = 0.95;

/**
 * Costs are those of the labels that the variants answered, so of each version's own threshold. Without a cost matrix
 * an error costs 1; a number's cost is its squared error.
 * @throws ApiError product-not-found, deployment-not-found
 */
export async function experimentTable(tenant: Tenant, product: string): Promise<Experiment> {
  const { deployment, regression, bounds, sums } = await tenant.transaction(async (tx) => {
    const current = await readDeployment(tx, product);
    const [known] = await tx.select({ task: products.task }).from(products).where(eq(products.name, product));
    const numbers = known?.task === "regression";
    const costBounds = numbers ? undefined : boundsOf(current);
    const variants = current.variants.map(({ id }) => id);
    return {
      deployment: current,
      regression: numbers,
      bounds: costBounds,
      sums: await readSums(tx, variants, costBounds),
    };
  });
  const champion = deployment.variants.find((variant) => variant.role === "champion");
  const rows = deployment.variants.map((variant) => ({ variant, sums: sums.get(variant.id) ?? nothing }));
  const base = champion && sums.get(champion.id);
  return {
    product,
    deployment: deployment.id,
    metric: regression ? "squared error" : deployment.costs ? "cost" : "error rate",
    confidence,
    since: deployment.createdAt,
    sampleRatio: sampleRatio(rows.map(({ variant, sums: { units } }) => ({ units, weight: variant.weight }))),
    variants: rows.map(({ variant, sums: { predictions, units, costs } }) => {
      const cost = costInterval(costs, confidence);
      const compared = variant.role === "champion" || !base ? null : costDifference(base.costs, costs, confidence);
      return {
        ...variant,
        predictions,
        units,
        feedback: costs.sums.count,
        cost,
        tooFew: tooFew(cost, bounds),
        difference: compared && { value: compared.value, low: compared.low, high: compared.high },
        pValue: compared?.pValue ?? null,
      };
    }),
  };
}

const nothing: VariantSums = {
  predictions: 0,
  units: 0,
  costs: {
    sums: { units: 0, count: 0, cost: 0, countSquared: 0, countCost: 0, costSquared: 0 },
    groups: [],
    bounds: undefined,
  },
};

/** What one labelled prediction can cost. */
function boundsOf({ costs }: Deployment): { low: number; high: number } {
  const all = costs === null ? [0, 1] : Object.values(costs).flatMap((row) => Object.values(row));
  return { low: Math.min(...all), high: Math.max(...all) };
}
