// Squared error of numbers.
import { mul, reduceSum, sub, unsqueeze } from "@lepta/nn";
import type { Objective } from "./objective.ts";

/** Target values are numbers, standardised so that one step size fits all targets. */
export const squaredObjective: Objective = {
  name: "squared error",
  width: 1,
  scores: 1,
  raw: (scores) => scores,
  answer: (raw) => raw,
  answerOfScores(scores, at, answers, to) {
    answers[to] = scores[at]!;
  },
  gradients(scores, at, value, gradients, curvatures, to) {
    gradients[to] = scores[at]! - value;
    curvatures[to] = 1;
  },
  addAnswer(raw, at, sums) {
    sums[0]! += raw[at]!;
  },
  losses(raw, values) {
    const axes = Array.from({ length: raw.shape.length - 1 }, (_, i) => i + 1);
    const error = sub(raw, unsqueeze(values, ...axes));
    return reduceSum(mul(error, error), -1);
  },
  // Of the normal distribution with variance 1, but for a constant.
  likelihood: 0.5,
  lossOf: (answers, at, value) => (answers[at]! - value) ** 2,
  feed: (values, dtype) => ({
    data: dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values),
    shape: [values.length],
  }),
  feedType: (dtype) => dtype,
  response: (values) => ({ kind: "numbers", values: values as Float64Array }),
};
