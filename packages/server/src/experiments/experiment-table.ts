// The experiment's table: each variant's mean cost on the predictions whose true label came back, compared.
import type { Experiment } from "@lepta/api";
import type { Tenant } from "../db/tenant.ts";
import { rulesOf } from "../outcomes/index.ts";
import { requireProduct } from "../registry/products.ts";
import { costDifference, costInterval, tooFew } from "./cost-statistics.ts";
import { readDeployment } from "./deployment.ts";
import { readSums, type VariantSums } from "./experiment-sums.ts";
import { sampleRatio } from "./sample-ratio.ts";

const confidence = 0.95;

/**
 * Costs are those of what the variants answered, so of each version's own threshold; the kind of outcome says what one
 * costs (outcomes/).
 * @throws ApiError product-not-found, deployment-not-found
 */
export async function experimentTable(tenant: Tenant, product: string): Promise<Experiment> {
  const { deployment, rule, sums } = await tenant.transaction(async (tx) => {
    const current = await readDeployment(tx, product);
    const { outcome } = await requireProduct(tx, product);
    const costRule = rulesOf(outcome).costRule(current.costs);
    const variants = current.variants.map(({ id }) => id);
    return {
      deployment: current,
      rule: costRule,
      sums: await readSums(tx, variants, costRule.bounds),
    };
  });
  const champion = deployment.variants.find((variant) => variant.role === "champion");
  const rows = deployment.variants.map((variant) => ({ variant, sums: sums.get(variant.id) ?? nothing }));
  const base = champion && sums.get(champion.id);
  return {
    product,
    deployment: deployment.id,
    metric: rule.metric,
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
        tooFew: tooFew(cost, rule.bounds),
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
