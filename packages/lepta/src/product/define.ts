// `defineProduct(…)`: one typed declaration of data, task, gates, deployment and price.
import { CliError } from "../errors.ts";
import type { Columns, RowOf } from "./columns.ts";
import type { ExperimentDeployment } from "./deploy.ts";
import type { ClassifierMetric, Gate, RegressorMetric } from "./gate.ts";
import type { PredictionPrice } from "./price.ts";
import type { TableSource } from "./table.ts";
import type { ClassifierTask, Costs, RegressorTask } from "./tabular.ts";

interface Common<N extends string> {
  /** Lower-case letters, digits, `-` and `_`; the product's name in every path of the API. */
  readonly name: N;
  /** Seed of the split, the training and the intervals. Default 42. */
  readonly seed?: number;
  /** Default: `deploy.experiment({ traffic: 0.2 })`. */
  readonly deploy?: ExperimentDeployment;
  /** Default: predictions are counted and cost nothing. */
  readonly price?: PredictionPrice;
}

interface Classifying<N extends string, C extends Columns> extends Common<N> {
  readonly data: TableSource<C, string | undefined>;
  readonly task: ClassifierTask<undefined>;
  readonly gates?: readonly Gate<ClassifierMetric>[];
}

/** Costs speak of a positive class: the table must name it. */
interface CostSensitive<N extends string, C extends Columns> extends Common<N> {
  readonly data: TableSource<C, string>;
  readonly task: ClassifierTask<Costs>;
  readonly gates?: readonly Gate<ClassifierMetric>[];
}

interface Regressing<N extends string, C extends Columns> extends Common<N> {
  readonly data: TableSource<C, undefined>;
  readonly task: RegressorTask;
  readonly gates?: readonly Gate<RegressorMetric>[];
}

type Definition<N extends string, C extends Columns> = Classifying<N, C> | CostSensitive<N, C> | Regressing<N, C>;

/** A checked product. Plain data: it may come from another copy of this package. */
export interface Product<
  N extends string = string,
  C extends Columns = Columns,
  T extends ClassifierTask | RegressorTask = ClassifierTask | RegressorTask,
> {
  readonly kind: "lepta-product";
  readonly name: N;
  readonly data: TableSource<C>;
  readonly task: T;
  readonly gates: readonly Gate[];
  readonly deploy: ExperimentDeployment;
  readonly price: PredictionPrice | undefined;
  readonly seed: number;
}

/** The row that `predict` takes for a product. */
export type ProductRow<P extends Product> = P extends Product<string, infer C> ? RowOf<C> : never;
/** The label that a product predicts: a class, or a number for regression. */
export type ProductLabel<P extends Product> = P["task"] extends RegressorTask ? number : string;

function refuse(message: string, fix: string): never {
  throw new CliError("product-invalid", message, fix);
}

/** Checks what types cannot and fills the defaults. Throws `product-invalid`. */
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Classifying<N, C> | CostSensitive<N, C>,
): Product<N, C, ClassifierTask>;
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Regressing<N, C>,
): Product<N, C, RegressorTask>;
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Definition<N, C>,
): Product<N, C> {
  const { name, data, task, seed = 42, deploy = { kind: "experiment", traffic: 0.2 }, price, gates = [] } = definition;
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name))
    refuse(
      `The product's name ${JSON.stringify(name)} cannot stand in a path.`,
      "Use at most 64 lower-case letters, digits, - and _, starting with a letter or digit.",
    );
  if (!Number.isSafeInteger(seed) || seed < 0)
    refuse(`Product ${name}: seed ${seed} is not a whole number.`, "Give `seed` as a whole number of 0 or more.");
  if (!(deploy.traffic > 0 && deploy.traffic < 1))
    refuse(
      `Product ${name}: the challenger's traffic ${deploy.traffic} is not between 0 and 1.`,
      "Give `traffic` as a share, for example 0.2.",
    );
  if (data.columns !== undefined && Object.hasOwn(data.columns, data.target))
    refuse(
      `Product ${name}: the target ${data.target} is listed among the feature columns.`,
      "Take it out of `columns`: a row to predict does not have it.",
    );
  if (task.kind === "classifier" && task.costs !== undefined) {
    const { falseNegative, falsePositive } = task.costs;
    if (!(Number.isFinite(falseNegative) && falseNegative > 0 && Number.isFinite(falsePositive) && falsePositive > 0))
      refuse(`Product ${name}: a cost is not a number above 0.`, "Give both costs as positive numbers.");
    if (data.positive === undefined)
      refuse(`Product ${name} has costs, but no positive class.`, "Name the class in `table(…, { positive })`.");
  }
  for (const { metric, bound } of gates)
    if (!Number.isFinite(bound)) refuse(`Product ${name}: gate ${metric} has no bound.`, "Give the bound as a number.");
  return { kind: "lepta-product", name, data, task, gates, deploy, price, seed };
}
