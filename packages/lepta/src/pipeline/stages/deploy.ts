// Stage 5: registers both bundles, sets the price, and divides the subjects between the models.
import type { ApiClient, CostMatrix, Deployment, NewDeployment, Version } from "@lepta/api";
import { taskNamed } from "@lepta/ml";
import type { MeasuredModel } from "../../learning/learn.ts";
import type { Costs } from "../../product/tabular.ts";
import { publishBundle } from "../../store/publish.ts";
import { formatCount, formatMoney } from "../../text/numbers.ts";
import { type PriceInput, priceOf } from "../price.ts";
import type { Stage } from "../stage.ts";
import type { RunTools } from "../tools.ts";
import { type BundleOutput, bundleDirectory } from "./bundle.ts";
import type { EvaluateOutput } from "./evaluate.ts";

export type DeployInput = {
  readonly product: string;
  readonly bundles: BundleOutput;
  /** Of the models, on the test part. */
  readonly confusions: readonly Pick<MeasuredModel, "model" | "confusion">[];
  readonly traffic: number;
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number } | null;
  readonly price: PriceInput;
};

export type DeployOutput = {
  readonly deployment: Deployment;
  readonly price: PriceInput;
};

async function run(input: DeployInput, tools: RunTools): Promise<DeployOutput> {
  const { client, runId } = tools;
  const { product, bundles, confusions, traffic, costs, price } = input;
  const versions: Version[] = [];
  for (const { model } of bundles.bundles) {
    const confusion = confusions.find((one) => one.model === model)?.confusion ?? null;
    versions.push(
      await publishBundle(client, product, bundleDirectory(bundles, model, tools), {
        name: model,
        run: runId,
        ...(confusion === null
          ? {}
          : { confusion: { labels: [...confusion.labels], counts: confusion.counts.map((row) => [...row]) } }),
      }),
    );
  }
  await applyPrice(client, product, price);
  const deployment = await client.deploy(product, {
    variants: variantsOf(versions, traffic),
    costs: costs === null ? null : costMatrix(bundles, costs),
  });
  return { deployment, price };
}

/** The first is champion; the challenger, where there is one, answers `traffic` of the subjects. */
function variantsOf([champion, challenger]: readonly Version[], traffic: number): NewDeployment["variants"] {
  if (champion === undefined) throw new Error("a task has a model");
  if (challenger === undefined) return [{ version: champion.version, role: "champion", weight: 1 }];
  return [
    { version: champion.version, role: "champion", weight: 1 - traffic },
    { version: challenger.version, role: "challenger", weight: traffic },
  ];
}

/** cost[actual][answered]; null where the task's decisions have no costs. */
function costMatrix({ task, outcome }: BundleOutput, costs: Costs): CostMatrix | null {
  const matrix = taskNamed(task).costs?.matrix(outcome, costs);
  return matrix === undefined
    ? null
    : Object.fromEntries(Object.entries(matrix).map(([actual, answered]) => [actual, { ...answered }]));
}

/** A product file without a price charges nothing, from now on too where it had one. */
async function applyPrice(client: ApiClient, product: string, price: PriceInput): Promise<void> {
  if (price !== null) {
    await client.setPrice(product, price);
    return;
  }
  const { price: current } = await client.product(product);
  if (current === null || current.amountMicros === 0) return;
  // The allowance stays: it is that of the price at the month's end, and what was charged before still counts on it.
  const { currency, freePerMonth } = current;
  await client.setPrice(product, { amountMicros: 0, currency, freePerMonth });
}

/** Whether the price in force is the product file's. */
async function priced(client: ApiClient, product: string, price: PriceInput): Promise<boolean> {
  const { price: current } = await client.product(product);
  if (price === null) return (current?.amountMicros ?? 0) === 0;
  return (
    current?.amountMicros === price.amountMicros &&
    current.currency === price.currency &&
    current.freePerMonth === price.freePerMonth
  );
}

/**
 * Whether the deployment and the price are still those in force: another ship, or a person, may have put others in
 * their place.
 */
async function inService(
  { product }: DeployInput,
  { deployment, price }: DeployOutput,
  { client }: RunTools,
): Promise<boolean> {
  try {
    if (!(await priced(client, product, price))) return false;
    return (await client.deployment(product)).id === deployment.id;
  } catch {
    return false;
  }
}

export const deployStage: Stage<
  "deploy",
  DeployInput,
  DeployOutput,
  { readonly evaluate: EvaluateOutput; readonly bundle: BundleOutput }
> = {
  name: "deploy",
  help: {
    does: "a version for each bundle, the price, the traffic divided by subject",
    dependsOn: "the product's name, the bundles, traffic, costs, price, what is in service",
  },
  input: ({ name, task, deploy, price }, { evaluate, bundle }) => ({
    product: name,
    bundles: bundle,
    confusions: evaluate.models.map(({ model, confusion }) => ({ model, confusion })),
    traffic: deploy.traffic,
    costs: task.costs ? { ...task.costs } : null,
    price: priceOf(price),
  }),
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
    variants: deployment.variants.map(({ name, weight, model }) => ({
      variant: name,
      version: `${model.name} v${model.version}`,
      traffic: weight,
    })),
  }),
};
