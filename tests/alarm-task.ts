// A task that no package knows, written as a user of Lepta would write one: which rows to raise an alarm for. It brings a
// loss, a metric and a family of its own, and answers by scores and flags.
import { columnOf, isNumeric, type Table } from "@lepta/data";
import {
  type Metric,
  type Model,
  metrics,
  models,
  type Objective,
  type TaskFamily,
  type TaskOf,
  type Views,
} from "@lepta/ml";
import { abs, add, cast, exp, log, mul, neg, reduceSum, relu, sigmoid, sub, type Tensor, unsqueeze } from "@lepta/nn";

/** Logistic loss of one raw output; target values are 0 and 1. */
const alarmObjective: Objective = {
  name: "logistic",
  width: 1,
  scores: 1,
  raw: (scores) => scores,
  answer: (raw) => sigmoid(raw),
  answerOfScores(scores, at, answers, to) {
    answers[to] = 1 / (1 + Math.exp(-scores[at]!));
  },
  gradients(scores, at, value, slopes, curvatures, to) {
    const share = 1 / (1 + Math.exp(-scores[at]!));
    slopes[to] = share - value;
    curvatures[to] = share * (1 - share);
  },
  addAnswer(raw, at, sums) {
    sums[0]! += 1 / (1 + Math.exp(-raw[at]!));
  },
  losses(raw, values) {
    const truth = unsqueeze(values, ...Array.from({ length: raw.shape.length - 1 }, (_, i) => i + 1));
    return reduceSum(sub(softplus(raw), mul(raw, truth)), -1);
  },
  likelihood: 1,
  lossOf: (answers, at, value) => -Math.log(Math.max(1e-7, value === 1 ? answers[at]! : 1 - answers[at]!)),
  feed: (values, dtype) => ({
    data: dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values),
    shape: [values.length],
  }),
  feedType: (dtype) => dtype,
  response: (values) => ({ kind: "numbers", values: Float64Array.from(values) }),
};

/** log(1 + exp(x)) without overflow; ONNX Runtime's own Softplus knows no float64. */
function softplus(x: Tensor): Tensor {
  return add(relu(x), log(add(exp(neg(abs(x))), 1)));
}

/** Share of the rows to be flagged that stand in the upper half of the scores. */
const caught: Metric<Views["score"], "caught", "higher"> = {
  name: "caught",
  title: "caught in the upper half",
  meaning: "Share of the rows to be flagged in the upper half of the scores",
  direction: "higher",
  unit: "",
  needs: "it takes a row to be flagged",
  statistic: (view) => () => caughtIn(view).share,
  interval(view) {
    const { share, count } = caughtIn(view);
    if (count === 0) return undefined;
    // Agresti and Coull's interval of a share.
    const [n, p] = [count + 4, (share * count + 2) / (count + 4)];
    const half = 1.96 * Math.sqrt((p * (1 - p)) / n);
    return { value: share, low: Math.max(0, Math.min(share, p - half)), high: Math.min(1, Math.max(share, p + half)) };
  },
};

function caughtIn(view: Views["score"]): { share: number; count: number } {
  const [ranking] = view.rankings();
  const positive = ranking?.positive ?? new Uint8Array(0);
  let count = 0;
  let upper = 0;
  for (const [rank, flag] of positive.entries()) {
    count += flag;
    if (2 * rank < positive.length) upper += flag;
  }
  return { share: upper / count, count };
}

const linearAlarm: Model = { ...models.logistic, name: "linear-alarm" };

export const alarm: TaskOf<"score"> = {
  name: "alarm",
  kind: "score",
  tag: "tabular-classification",
  accepts: ({ type }) => type === "boolean",
  form: () => ({ kind: "score", threshold: 0.5 }),
  prepare(rows, target) {
    return {
      target: { objective: alarmObjective, values: flagsOf(rows, target.name) },
      head: (answer) => cast(answer, "float64"),
      restored: (answers) => Float64Array.from(answers),
    };
  },
  metrics: [caught, metrics.auc, metrics.f1Macro],
  models: [linearAlarm, models.network],
  otherModels: [models.boosting],
};

function flagsOf(rows: Table, target: string): Float64Array {
  const column = columnOf(rows, target);
  if (isNumeric(column)) return column.data;
  throw new Error(`${target} is no column of flags`);
}

export const alarms: TaskFamily = {
  name: "alarms",
  maker: "alarm",
  targetType: "boolean",
  classes: true,
  tasks: [alarm],
  options: [],
};
