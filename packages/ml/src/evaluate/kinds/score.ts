// Scores: one score for every row as the constant answer, which ranks nothing.
import { confusionMatrix } from "../confusion.ts";
import { pointsOf } from "../measure.ts";
import { metrics } from "../metrics/index.ts";
import { float64Rows } from "../rows-of.ts";
import { type ScoreView, scoreView } from "../views.ts";
import type { Kind } from "./kind.ts";
import { numbersIn } from "./number.ts";

export const scoreKind: Kind<"score", ScoreView> = {
  view: scoreView,
  metrics: [metrics.auc, metrics.averagePrecision, metrics.f1Macro],
  labels: numbersIn,
  outputs: ({ scores }) => scores,
  predicted: ({ scores }) => scores,
  pair: ({ threshold }, outputs, labels) => ({
    kind: "score",
    labels: Float64Array.from(labels),
    scores: Float64Array.from(outputs),
    threshold,
  }),
  take: (predictions, rows) => ({
    ...predictions,
    labels: float64Rows(predictions.labels, rows),
    scores: float64Rows(predictions.scores, rows),
  }),
  alike: ({ scores, threshold }, wanted) => ({ ...wanted, scores, threshold }),
  strata: ({ labels }) => Int32Array.from(labels),
  constant: (labels) => ({
    kind: "score",
    share: Array.from(labels).reduce((sum, label) => sum + label, 0) / labels.length,
  }),
  answer(predictions, { share }, { metrics: wanted, groups }) {
    const { labels, threshold } = predictions;
    // Flags the more common of both.
    const scores = Array.from(labels, () => (share >= 0.5 ? threshold : threshold - 1));
    const auc = metrics.auc.interval(scoreView(predictions), { groups, seed: 0 });
    const above = (value: number | null | undefined): number | null => (value == null ? null : value - 0.5);
    return {
      policy: `${share >= 0.5 ? "a flag" : "no flag"} for every row`,
      metrics: pointsOf(scoreView({ ...predictions, scores }), wanted),
      meanCost: null,
      gain: { loss: "ranking error", value: above(auc?.value) ?? 0, low: above(auc?.low), high: above(auc?.high) },
    };
  },
  confusion(predictions) {
    const { labels, decided } = scoreView(predictions);
    return confusionMatrix(labels, decided, ["usual", "flagged"]);
  },
  problem: ({ share }) =>
    typeof share === "number" && share >= 0 && share <= 1 ? undefined : "a share of rows to be flagged",
};
