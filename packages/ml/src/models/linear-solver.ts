// Fits linear scores by L-BFGS on the engine's graph of loss and gradient, and predicts with the result.
import {
  add,
  buildGraph,
  concat,
  createSession,
  type Graph,
  gradients,
  input,
  logSoftmax,
  matMul,
  mul,
  NnError,
  neg,
  reduceMean,
  reduceSum,
  softmax,
  sub,
  type Tensor,
  type TensorData,
} from "@lepta/nn";
import { minimize } from "./minimize.ts";
import type { Matrix, Target } from "./model.ts";

export interface LinearFit {
  readonly point: Float64Array;
  readonly loss: number;
  readonly epochs: number;
}

export interface LinearSolver {
  readonly solve: (
    x: Matrix,
    target: Target,
    options: { readonly c: number; readonly iterations: number },
    onIteration: (iteration: number, loss: number) => void,
  ) => Promise<LinearFit>;
  /** Row-major [rows, classes or 1]. */
  readonly predict: (x: Matrix, point: Float64Array) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
}

/** A point is the weights [columns, outputs] and then the intercept [outputs]. */
export async function openSolver(
  columns: number,
  outputs: number,
  target: Target,
  threads: number,
): Promise<LinearSolver> {
  const objective = await createSession(objectiveGraph(columns, outputs, target), { threads });
  const predictor = await createSession(predictorGraph(columns, outputs, target), { threads });
  const size = columns * outputs;
  return {
    async solve(x, data, { c, iterations }, onIteration) {
      const hot = targetMatrix(data);
      const feeds = {
        x: { data: Float64Array.from(x.data), shape: [x.rows, columns] },
        y: { data: hot, shape: [x.rows, hot.length / x.rows] },
        penalty: { data: Float64Array.of(1 / (c * x.rows)), shape: [] },
      };
      let epochs = 0;
      const evaluate = async (point: Float64Array) => {
        const result = await objective.run({
          ...feeds,
          weights: { data: point.slice(0, size), shape: [columns, outputs] },
          intercept: { data: point.slice(size), shape: [1, outputs] },
        });
        const gradient = new Float64Array(point.length);
        gradient.set(result.weightsGradient!.data as Float64Array);
        gradient.set(result.interceptGradient!.data as Float64Array, size);
        return { value: (result.loss!.data as Float64Array)[0]!, gradient };
      };
      const { point, value } = await minimize(evaluate, new Float64Array(size + outputs), {
        iterations,
        tolerance: 1e-7,
        onIteration(iteration, loss) {
          epochs = iteration;
          onIteration(iteration, loss);
        },
      });
      if (!Number.isFinite(value)) throw notFinite(value, epochs);
      return { point, loss: value, epochs };
    },
    async predict(x, point) {
      const [weights, intercept] = parametersOf(point, columns, outputs);
      const { prediction } = await predictor.run({
        x: { data: x.data, shape: [x.rows, columns] },
        weights,
        intercept,
      });
      return prediction!.data as Float32Array;
    },
    async close() {
      await Promise.all([objective.close(), predictor.close()]);
    },
  };
}

/** Loss and gradient in float64, so that the optimum is the same as any other solver's. */
function objectiveGraph(columns: number, outputs: number, target: Target): Graph {
  const x = input("x", "float64", ["N", columns]);
  const y = input("y", "float64", ["N", target.kind === "numbers" ? 1 : target.classes]);
  const weights = input("weights", "float64", [columns, outputs]);
  const intercept = input("intercept", "float64", [1, outputs]);
  const penalty = input("penalty", "float64", []);
  const scores = add(matMul(x, weights), intercept);
  const residual = sub(scores, y);
  const losses =
    target.kind === "numbers"
      ? mul(mul(residual, residual), 0.5)
      : neg(reduceSum(mul(logSoftmax(logits(scores)), y), 1));
  const loss = add(reduceMean(losses), mul(mul(reduceSum(mul(weights, weights)), penalty), 0.5));
  const [weightsGradient, interceptGradient] = gradients(loss, [weights, intercept]);
  return buildGraph({ loss, weightsGradient: weightsGradient!, interceptGradient: interceptGradient! });
}

function predictorGraph(columns: number, outputs: number, target: Target): Graph {
  const x = input("x", "float32", ["N", columns]);
  const weights = input("weights", "float32", [columns, outputs]);
  const intercept = input("intercept", "float32", [1, outputs]);
  return buildGraph({ prediction: head(add(matMul(x, weights), intercept), target) });
}

/** Weights [columns, outputs] and intercept [1, outputs]. */
export function parametersOf(point: Float64Array, columns: number, outputs: number): readonly [TensorData, TensorData] {
  const size = columns * outputs;
  return [
    { data: Float32Array.from(point.subarray(0, size)), shape: [columns, outputs] },
    { data: Float32Array.from(point.subarray(size)), shape: [1, outputs] },
  ];
}

/** Two classes have one score, for the second: the first class's is 0. */
function logits(scores: Tensor): Tensor {
  return scores.shape[1] === 1 ? concat([mul(scores, 0), scores], 1) : scores;
}

/** Probabilities of the classes, or the scores themselves. */
export function head(scores: Tensor, target: Target): Tensor {
  return target.kind === "numbers" ? scores : softmax(logits(scores), 1);
}

/** One-hot rows, or the numbers. */
function targetMatrix(target: Target): Float64Array {
  if (target.kind === "numbers") return target.values;
  const hot = new Float64Array(target.values.length * target.classes);
  for (let row = 0; row < target.values.length; row++) hot[row * target.classes + target.values[row]!] = 1;
  return hot;
}

function notFinite(loss: number, iterations: number): NnError {
  return new NnError(
    "loss-not-finite",
    `The loss of the linear model became ${loss} after ${iterations} iterations.`,
    "Look for values that are not finite in the data, or raise the penalty.",
  );
}
