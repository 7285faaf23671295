// What a model learns to minimise, and what its raw outputs say: the link between a task's target and any architecture.
import type { Tensor, TensorData } from "@lepta/nn";
import type { Response } from "../../inputs/categories/category-effects.ts";

/** Target values in the objective's own terms: class indices, or numbers; one a row. */
export type TargetValues = Int32Array | Float64Array;

export interface Objective {
  readonly name: string;
  /** Numbers that a model gives for a row. */
  readonly width: number;
  /** Scores of a linear model: fewer than `width` where the others follow from them. */
  readonly scores: number;
  /** Scores [N, scores] as raw outputs [N, width]. */
  readonly raw: (scores: Tensor) => Tensor;
  /** The answer of the scores that stand from `at` on, into `answers` from `to` on: what `answer` of `raw` says of them. */
  readonly answerOfScores: (scores: Float64Array, at: number, answers: Float32Array, to: number) => void;
  /**
   * First and second derivatives of a row's negative log-likelihood by each of its scores, which stand from `at` on,
   * into the two lists from `to` on. The second ones are those of each score alone; none is negative.
   */
  readonly gradients: (
    scores: Float64Array,
    at: number,
    value: number,
    gradients: Float32Array,
    curvatures: Float32Array,
    to: number,
  ) => void;
  /** Raw outputs [..., width] as answers of the same shape: probabilities, or numbers. Means of members are taken of these. */
  readonly answer: (raw: Tensor) => Tensor;
  /** Adds the answer of the `sums.length` raw outputs from `at` on to `sums`. */
  readonly addAnswer: (raw: Float32Array, at: number, sums: Float64Array) => void;
  /** Raw outputs [N, ..., width] and target values [N] to losses [N, ...], in the raw outputs' type. */
  readonly losses: (raw: Tensor, values: Tensor) => Tensor;
  /** Times this the losses are negative log-likelihoods: L2 penalties are weighed against these. */
  readonly likelihood: number;
  /** Loss of a row's answer, which stands from `at` on. */
  readonly lossOf: (answers: Float32Array, at: number, value: number) => number;
  /** Target values as the graph takes them, [N]. `dtype` is that of the raw outputs. */
  readonly feed: (values: TargetValues, dtype: "float32" | "float64") => TensorData;
  readonly feedType: (dtype: "float32" | "float64") => "int64" | "float32" | "float64";
  /** What category effects are fitted to. */
  readonly response: (values: TargetValues) => Response;
}
