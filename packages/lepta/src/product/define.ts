// `defineProduct(…)`: one typed declaration of data, task, gates, deployment and price.
import type { Label } from "@lepta/api";
import { taskFamilies, taskFamily } from "@lepta/ml";
import { checkKeys, checkKind, checkText, checkWord, refuse, shown } from "./checks.ts";
import { type Columns, columnTypes } from "./columns.ts";
import type { ExperimentDeployment } from "./deploy.ts";
import { type ClassifierMetric, type Gate, gateKinds, gateMetrics, type RegressorMetric, rivals } from "./gate.ts";
import { checkPrice, type PredictionPrice } from "./price.ts";
import { checkReading } from "./reading.ts";
import type { TableSource } from "./table.ts";
import type { ClassifierTask, Costs, OwnTask, ProductTask, RegressorTask } from "./tabular.ts";

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

/** A task of one's own. */
interface Other<N extends string, C extends Columns, L> extends Common<N> {
  readonly data: TableSource<C>;
  readonly task: OwnTask<L>;
  readonly gates?: readonly Gate[];
}

type Definition<N extends string, C extends Columns> =
  | Classifying<N, C>
  | CostSensitive<N, C>
  | Regressing<N, C>
  | Other<N, C, unknown>;

/** A checked product. Plain data: it may come from another copy of this package. */
export interface Product<N extends string = string, C extends Columns = Columns, T extends ProductTask = ProductTask> {
  readonly kind: "lepta-product";
  readonly name: N;
  readonly data: TableSource<C>;
  readonly task: T;
  readonly gates: readonly Gate[];
  readonly deploy: ExperimentDeployment;
  readonly price: PredictionPrice | undefined;
  readonly seed: number;
}

/** Checks every key, with types or without, and fills the defaults. Throws `product-invalid`, which names the key. */
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Classifying<N, C> | CostSensitive<N, C>,
): Product<N, C, ClassifierTask>;
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Regressing<N, C>,
): Product<N, C, RegressorTask>;
export function defineProduct<const N extends string, const C extends Columns, L extends Label>(
  definition: Other<N, C, L>,
): Product<N, C, OwnTask<L>>;
export function defineProduct<const N extends string, const C extends Columns>(
  definition: Definition<N, C>,
): Product<N, C> {
  checkKeys("defineProduct(…)", definition, ["name", "data", "task", "gates", "deploy", "price", "seed"]);
  const { name, data, task, seed = 42, deploy = { kind: "experiment", traffic: 0.2 }, price, gates = [] } = definition;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name))
    refuse(
      `The product's name ${shown(name)} cannot stand in a path.`,
      "Use at most 64 lower-case letters, digits, - and _, starting with a letter or digit.",
    );
  if (!Number.isSafeInteger(seed) || seed < 0)
    refuse(
      `Product ${name}: seed ${shown(seed)} is not a whole number.`,
      "Give `seed` as a whole number of 0 or more.",
    );
  checkData(name, data);
  checkTask(name, task as ProductTask, data.positive);
  checkGates(name, gates, task as ProductTask);
  checkKind(`Product ${name}: deploy`, deploy, ["experiment"], "deploy.experiment({ traffic: 0.2 })");
  if (!(typeof deploy.traffic === "number" && deploy.traffic > 0 && deploy.traffic < 1))
    refuse(
      `Product ${name}: the challenger's traffic ${shown(deploy.traffic)} is not between 0 and 1.`,
      "Give `traffic` as a share, for example 0.2.",
    );
  if (price !== undefined) {
    checkKeys(`Product ${name}: price`, price, ["unit", "amountMicros", "currency", "freePerMonth"]);
    checkPrice(price);
  }
  return { kind: "lepta-product", name, data, task: task as ProductTask, gates, deploy, price, seed };
}

function checkData(product: string, data: TableSource): void {
  checkKind(`Product ${product}: data`, data, ["table"], 'table("file.csv", { target: "…" })');
  const { target, positive, columns, group, reading } = data;
  checkText(`Product ${product}: the target`, target);
  if (group !== undefined) checkText(`Product ${product}: the group`, group);
  if (group === target)
    refuse(
      `Product ${product}: ${target} is both the target and the group.`,
      "Name as `group` the column that says which rows belong together, such as a person's number.",
    );
  if (positive !== undefined) checkText(`Product ${product}: positive`, positive);
  if (reading !== undefined) checkReading(`Product ${product}: reading`, reading);
  if (columns === undefined) return;
  if (typeof columns !== "object" || columns === null || Array.isArray(columns))
    refuse(`Product ${product}: columns is ${shown(columns)}.`, 'Give an object such as { age: "number" }.');
  for (const [name, type] of Object.entries(columns))
    checkWord(`Product ${product}: the type of column "${name}"`, type, columnTypes);
  if (Object.hasOwn(columns, target))
    refuse(
      `Product ${product}: the target ${target} is listed among the feature columns.`,
      "Take it out of `columns`: a row to predict does not have it.",
    );
  if (group !== undefined && Object.hasOwn(columns, group))
    refuse(
      `Product ${product}: the group ${group} is listed among the feature columns.`,
      "Take it out of `columns`: it only says which rows belong together.",
    );
}

function checkTask(product: string, task: ProductTask, positive: string | undefined): void {
  const families = taskFamilies();
  const makers = families.map(({ maker }) => `tabular.${maker}()`).join(" or ");
  checkKind(
    `Product ${product}: task`,
    task,
    families.map(({ maker }) => maker),
    makers,
  );
  const { kind, ...options } = task;
  const family = taskFamily(kind);
  checkKeys(`Product ${product}: tabular.${kind}(…)`, options, family.options);
  const problem = family.problem?.(options, { positive });
  if (problem !== undefined) refuse(`Product ${product}: ${problem.message}.`, problem.fix);
}

function checkGates(product: string, gates: readonly Gate[], task: ProductTask): void {
  const maker = 'gate.min("metric", bound)';
  if (!Array.isArray(gates)) refuse(`Product ${product}: gates is ${shown(gates)}, not a list.`, `Give [${maker}].`);
  const { tasks } = taskFamily(task.kind);
  const models = [...new Set(tasks.flatMap((one) => one.models.map(({ name }) => name)))];
  for (const one of gates) {
    checkKind(`Product ${product}: a gate`, one, gateKinds, `${maker} or another of gate's functions`);
    if (one.kind === "even-if-trivial") continue;
    if (one.of !== undefined) checkWord(`Product ${product}: the model of a gate`, one.of, models);
    if (one.kind === "no-worse") checkWord(`Product ${product}: what a gate compares with`, one.than, rivals);
    if (one.kind === "cost" || (one.kind === "no-worse" && one.metric === "cost")) {
      if (task.costs === undefined)
        refuse(`Product ${product} has a gate on cost, but no costs.`, "Give them: tabular.classifier({ costs }).");
    } else
      checkWord(
        `Product ${product}: the metric of a ${task.kind}'s gate`,
        one.metric,
        gateMetrics(task.kind).map(({ name }) => name),
      );
    const bound = one.kind === "no-worse" ? one.by : one.bound;
    if (!Number.isFinite(bound))
      refuse(`Product ${product}: a gate's bound is ${shown(bound)}.`, "Give the bound as a number.");
  }
}
