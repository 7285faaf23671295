// The trivial policy: the best answer that looks at no row, measured beside a model on the same rows.
import type { OutcomeForm } from "../outcomes/index.ts";
import { kindOf } from "./kinds/index.ts";
import type { Constant } from "./kinds/kind.ts";
import type { Metric } from "./metrics/metric.ts";
import type { Predictions } from "./predictions.ts";
import type { CostMatrix } from "./threshold.ts";
import type { Gain } from "./trivial-gain.ts";

/** Plain JSON. */
export type Trivial = {
  /** What it does, in words. */
  readonly policy: string;
  /** Its metrics, each of the answer that is best by it. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Mean cost a row of its decision; null without costs. */
  readonly meanCost: number | null;
  /** Of the model over it: by cost where there are costs, else by a loss of the kind of outcome. */
  readonly gain: Gain;
  /** Whether the whole interval of the gain lies above 0. */
  readonly beaten: boolean;
};

/** What labels say of the target alone. */
export function constantOf(labels: Predictions["labels"], form: OutcomeForm): Constant {
  return kindOf(form).constant(labels, form);
}

/**
 * Log loss, AUC and calibration are those of the shares of the classes learnt from, accuracy and F1 of the commonest
 * class, cost of the class that is cheaper for all; RMSE and R² of the mean, MAE of the median.
 * The gain is the mean of the rows' differences, so both see the same rows: by costs (which need a threshold) with the
 * exact interval of bounded numbers, else with Student's t. Fewer than 10 rows bound no unbounded loss. With `groups` (one
 * small whole number a row: rows of one number were drawn together) the intervals are over draws of groups, and it takes
 * 10 of them.
 */
export function trivialBeside(
  predictions: Predictions,
  constant: Constant,
  options: {
    readonly costs?: CostMatrix | null | undefined;
    readonly groups?: Int32Array | undefined;
    readonly metrics?: readonly Metric[] | undefined;
  } = {},
): Trivial {
  const kind = kindOf(predictions);
  const { costs = null, groups, metrics = kind.metrics } = options;
  const answer = kind.answer(predictions, constant, { costs, groups, metrics });
  const { low } = answer.gain;
  return { ...answer, beaten: low !== null && low > 0 };
}

/** How the model stands beside the trivial policy, in one or two sentences. */
export function trivialText({ policy, meanCost, gain, beaten }: Omit<Trivial, "metrics">): string {
  const costing = meanCost === null ? "" : `, at a mean cost of ${round(meanCost)}`;
  // What is above is turned round whole: value and interval have one sign.
  const above = gain.value < 0;
  const [low, high] = above ? [gain.high, gain.low] : [gain.low, gain.high];
  const figure = (value: number): string => round(above ? -value : value);
  const bounds = low === null || high === null ? "" : ` (${figure(low)} to ${figure(high)})`;
  return (
    `The trivial policy answers ${policy}${costing}. ` +
    `The model has a mean ${gain.loss} ${figure(gain.value)}${bounds} ${above ? "above" : "below"} it` +
    (beaten ? "." : ": it is not shown to be better than an answer that looks at no row.")
  );
}

const round = (value: number): string => String(Number(value.toPrecision(4)));
