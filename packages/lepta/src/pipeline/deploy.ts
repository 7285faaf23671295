// Stage 5: registers both bundles, sets the price, and divides the subjects between the models.
import type { CostMatrix, Deployment, Version } from "@lepta/api";
import { deploy, registerProduct, registerVersion, setPrice } from "@lepta/server";
import type { Costs } from "../product/tabular.ts";
import type { Bench } from "./bench.ts";
import { type BundleOutput, bundleDirectory } from "./bundle.ts";
import type { EvaluateOutput } from "./evaluate.ts";
import type { Metrics } from "./metrics-text.ts";
import { formatCount, formatMoney } from "./numbers.ts";
import type { Stage } from "./stage.ts";
import { type Role, roles } from "./train.ts";

export type DeployInput = {
  readonly bundles: BundleOutput;
  readonly evaluated: EvaluateOutput;
  readonly traffic: number;
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number } | null;
  readonly price: { readonly amountMicros: number; readonly currency: string; readonly freePerMonth: number } | null;
};

export type DeployOutput = {
  readonly deployment: Deployment;
  readonly price: DeployInput["price"];
};

/** cost[actual][predicted] of two classes. */
export function costMatrix(classes: readonly string[], positive: string, costs: Costs): CostMatrix {
  const cost = (actual: string, predicted: string): number => {
    if (actual === predicted) return 0;
    return actual === positive ? costs.falseNegative : costs.falsePositive;
  };
  return Object.fromEntries(
    classes.map((actual) => [
      actual,
      Object.fromEntries(classes.map((predicted) => [predicted, cost(actual, predicted)])),
    ]),
  );
}

async function run(bench: Bench, input: DeployInput): Promise<DeployOutput> {
  const { product, served, run: runId } = bench;
  const { store, tenant } = served;
  const { bundles, traffic, costs, price, evaluated } = input;
  const { task, target, classes, positive } = bundles;
  await registerProduct(tenant, {
    name: product.name,
    task,
    target,
    classes: classes === null ? null : [...classes],
    positive,
    inputs: bundles.bundles.network.inputs.map(({ name, type }) => ({ name, type })),
  });
  const versions: Partial<Record<Role, Version>> = {};
  for (const role of roles) {
    const { confusion } = evaluated.models[role];
    versions[role] = await registerVersion(store, tenant, {
      product: product.name,
      name: role,
      bundleDir: bundleDirectory(bench, bundles, role),
      runId,
      ...(role === "baseline" ? {} : { baseline: measured(evaluated.models.baseline.metrics) }),
      ...(confusion === null
        ? {}
        : { confusion: { labels: [...confusion.labels], counts: confusion.counts.map((row) => [...row]) } }),
    });
  }
  if (price !== null) await setPrice(tenant, { product: product.name, ...price });
  const { baseline, network } = versions as Record<Role, Version>;
  const deployment = await deploy(tenant, {
    product: product.name,
    variants: [
      { version: baseline.version, role: "champion", weight: 1 - traffic },
      { version: network.version, role: "challenger", weight: traffic },
    ],
    costs: costs === null || classes === null || positive === null ? null : costMatrix(classes, positive, costs),
  });
  return { deployment, price };
}

function measured(metrics: Metrics): Record<string, { value: number; low: number; high: number }> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, metric]) => (metric === undefined ? [] : [[name, { ...metric }]])),
  );
}

/** Whether the deployment is still the one in service: another ship, or a person, may have put another in its place. */
async function inService({ client, product }: Bench, { deployment }: DeployOutput): Promise<boolean> {
  try {
    return (await client.deployment(product.name)).id === deployment.id;
  } catch {
    return false;
  }
}

export const deployStage: Stage<Bench, DeployInput, DeployOutput> = {
  name: "deploy",
  run,
  holds: inService,
  describe: ({ deployment, price }) => [
    ...deployment.variants.map(
      ({ role, weight, model }) =>
        `${role}: ${model.name} v${model.version}, ${(100 * weight).toFixed(0)} % of the subjects; a subject stays where it is`,
    ),
    price === null
      ? "no price: predictions are counted, not charged"
      : `price: ${formatMoney(price.amountMicros, price.currency)} a prediction, ${formatCount(price.freePerMonth)} a month free`,
  ],
  summary: ({ deployment }) => ({
    deployment: deployment.id,
    ...Object.fromEntries(
      deployment.variants.map(({ name, weight, model }) => [name, `${model.name} v${model.version}, ${weight}`]),
    ),
  }),
};
