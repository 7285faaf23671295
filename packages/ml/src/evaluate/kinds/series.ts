// Series: the mean of each step as the constant answer.
import { MlError } from "../../errors.ts";
import { momentsOf } from "../../moments.ts";
import { pointsOf } from "../measure.ts";
import { metrics } from "../metrics/index.ts";
import { float64Rows } from "../rows-of.ts";
import { meanGain } from "../trivial-gain.ts";
import { type NumberView, seriesView } from "../views.ts";
import type { Kind } from "./kind.ts";

export const seriesKind: Kind<"series", NumberView> = {
  view: seriesView,
  metrics: [metrics.rmse, metrics.mae, metrics.r2],
  labels(_, target) {
    throw new MlError(
      "predictions-invalid",
      `The target "${target}" is a series, which no column holds.`,
      'Measure predictions of series with evaluatePredictions({ kind: "series", … }).',
    );
  },
  outputs: ({ values }) => values,
  predicted: ({ values }) => values,
  pair: ({ steps }, outputs, labels) => ({ kind: "series", steps, labels, values: Float64Array.from(outputs) }),
  take: ({ labels, values, steps }, rows) => ({
    kind: "series",
    steps,
    labels: float64Rows(labels, rows, steps),
    values: float64Rows(values, rows, steps),
  }),
  alike: (own, wanted) => (own.steps === wanted.steps ? { ...wanted, values: own.values } : undefined),
  constant(labels, { steps }) {
    const rows = labels.length / steps;
    const step = (at: number) => Float64Array.from({ length: rows }, (_, row) => labels[row * steps + at]!);
    return { kind: "series", means: Array.from({ length: steps }, (_, at) => momentsOf(step(at)).mean) };
  },
  answer(predictions, { means }, { metrics: wanted, groups }) {
    const { labels, values, steps } = predictions;
    const constant = Array.from(labels, (_, i) => means[i % steps]!);
    const differences = Float64Array.from({ length: labels.length / steps }, (_, row) => {
      let sum = 0;
      for (let i = row * steps; i < (row + 1) * steps; i++)
        sum += (labels[i]! - constant[i]!) ** 2 - (labels[i]! - values[i]!) ** 2;
      return sum / steps;
    });
    return {
      policy: "each step's mean for every row",
      metrics: pointsOf(seriesView({ ...predictions, values: constant }), wanted),
      meanCost: null,
      gain: { loss: "squared error", ...meanGain(differences, groups) },
    };
  },
  problem: ({ means }, { steps }) =>
    Array.isArray(means) && means.length === steps && means.every(Number.isFinite)
      ? undefined
      : "a finite mean of each step",
};
