// Cross-entropy of classes: raw outputs are logits.
import { cast, concat, logSoftmax, mul, neg, oneHot, reduceSum, softmax, type Tensor, unsqueeze } from "@lepta/nn";
import type { Objective } from "./objective.ts";

/** Target values are class indices below `classes`. */
export function softmaxObjective(classes: number): Objective {
  return {
    name: "softmax",
    width: classes,
    // Two classes have one score, for the second: the first class's is 0.
    scores: classes === 2 ? 1 : classes,
    raw: (scores) => (scores.shape[1] === 1 ? concat([mul(scores, 0), scores], 1) : scores),
    answer: (raw) => softmax(raw, -1),
    ...(classes === 2 ? twoClasses : severalClasses(classes)),
    addAnswer(logits, at, sums) {
      let top = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < sums.length; i++) top = Math.max(top, logits[at + i]!);
      let total = 0;
      for (let i = 0; i < sums.length; i++) total += Math.exp(logits[at + i]! - top);
      for (let i = 0; i < sums.length; i++) sums[i]! += Math.exp(logits[at + i]! - top) / total;
    },
    losses(raw, values) {
      const hot = cast(oneHot(values, classes), raw.dtype);
      return neg(reduceSum(mul(logSoftmax(raw), between(hot, raw)), -1));
    },
    likelihood: 1,
    lossOf: (answers, at, value) => -Math.log(Math.max(1e-7, answers[at + value]!)),
    feed: (values) => ({ data: BigInt64Array.from(values as Int32Array, BigInt), shape: [values.length] }),
    feedType: () => "int64",
    response: (values) => ({ kind: "classes", values: values as Int32Array, classes }),
  };
}

type ScoreRules = Pick<Objective, "answerOfScores" | "gradients">;

const twoClasses: ScoreRules = {
  answerOfScores(scores, at, answers, to) {
    const share = 1 / (1 + Math.exp(-scores[at]!));
    answers[to] = 1 - share;
    answers[to + 1] = share;
  },
  gradients(scores, at, value, gradients, curvatures, to) {
    const share = 1 / (1 + Math.exp(-scores[at]!));
    gradients[to] = share - value;
    curvatures[to] = share * (1 - share);
  },
};

function severalClasses(classes: number): ScoreRules {
  const shares = new Float64Array(classes);
  const share = (scores: Float64Array, at: number): void => {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < classes; i++) top = Math.max(top, scores[at + i]!);
    let total = 0;
    for (let i = 0; i < classes; i++) {
      shares[i] = Math.exp(scores[at + i]! - top);
      total += shares[i]!;
    }
    for (let i = 0; i < classes; i++) shares[i]! /= total;
  };
  return {
    answerOfScores(scores, at, answers, to) {
      share(scores, at);
      for (let i = 0; i < classes; i++) answers[to + i] = shares[i]!;
    },
    gradients(scores, at, value, gradients, curvatures, to) {
      share(scores, at);
      for (let i = 0; i < classes; i++) {
        gradients[to + i] = shares[i]! - Number(i === value);
        curvatures[to + i] = shares[i]! * (1 - shares[i]!);
      }
    },
  };
}

/** [N, width] with axes of 1 in the middle, as many as `raw` has more. */
function between(hot: Tensor, raw: Tensor): Tensor {
  const axes = Array.from({ length: raw.shape.length - 2 }, (_, i) => i + 1);
  return axes.length === 0 ? hot : unsqueeze(hot, ...axes);
}
