// Fits linear scores by L-BFGS on the engine's graph of loss and gradient, and predicts with the result.
import {
  add,
  buildGraph,
  createSession,
  type Graph,
  gradients,
  input,
  matMul,
  mul,
  NnError,
  reduceMean,
  reduceSum,
  type Tensor,
  type TensorData,
} from "@lepta/nn";
import { minimize } from "./minimize.ts";
import type { Matrix, Target } from "./model.ts";
import type { Objective } from "./objectives/objective.ts";

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
export async function openSolver(columns: number, objective: Objective, threads: number): Promise<LinearSolver> {
  const outputs = objective.scores;
  const gradient = await createSession(gradientGraph(columns, objective), { threads });
  const predictor = await createSession(predictorGraph(columns, objective), { threads });
  const size = columns * outputs;
  return {
    async solve(x, data, { c, iterations }, onIteration) {
      const feeds = {
        x: { data: Float64Array.from(x.data), shape: [x.rows, columns] },
        y: objective.feed(data.values, "float64"),
        penalty: { data: Float64Array.of(1 / (c * x.rows)), shape: [] },
      };
      let epochs = 0;
      const evaluate = async (point: Float64Array) => {
        const result = await gradient.run({
          ...feeds,
          weights: { data: point.slice(0, size), shape: [columns, outputs] },
          intercept: { data: point.slice(size), shape: [1, outputs] },
        });
        const slope = new Float64Array(point.length);
        slope.set(result.weightsGradient!.data as Float64Array);
        slope.set(result.interceptGradient!.data as Float64Array, size);
        return { value: (result.loss!.data as Float64Array)[0]!, gradient: slope };
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
      await Promise.all([gradient.close(), predictor.close()]);
    },
  };
}

/** Loss and gradient in float64, so that the optimum is the same as any other solver's. */
function gradientGraph(columns: number, { scores: outputs, raw, losses, likelihood, feedType }: Objective): Graph {
  const x = input("x", "float64", ["N", columns]);
  const y = input("y", feedType("float64"), ["N"]);
  const weights = input("weights", "float64", [columns, outputs]);
  const intercept = input("intercept", "float64", [1, outputs]);
  const penalty = input("penalty", "float64", []);
  const scores = add(matMul(x, weights), intercept);
  const data = mul(reduceMean(losses(raw(scores), y)), likelihood);
  const loss = add(data, mul(mul(reduceSum(mul(weights, weights)), penalty), 0.5));
  const [weightsGradient, interceptGradient] = gradients(loss, [weights, intercept]);
  return buildGraph({ loss, weightsGradient: weightsGradient!, interceptGradient: interceptGradient! });
}

function predictorGraph(columns: number, objective: Objective): Graph {
  const outputs = objective.scores;
  const x = input("x", "float32", ["N", columns]);
  const weights = input("weights", "float32", [columns, outputs]);
  const intercept = input("intercept", "float32", [1, outputs]);
  return buildGraph({ prediction: answerOf(add(matMul(x, weights), intercept), objective) });
}

/** Weights [columns, outputs] and intercept [1, outputs]. */
export function parametersOf(point: Float64Array, columns: number, outputs: number): readonly [TensorData, TensorData] {
  const size = columns * outputs;
  return [
    { data: Float32Array.from(point.subarray(0, size)), shape: [columns, outputs] },
    { data: Float32Array.from(point.subarray(size)), shape: [1, outputs] },
  ];
}

/** What scores [N, scores] say: [N, width]. */
export function answerOf(scores: Tensor, { raw, answer }: Objective): Tensor {
  return answer(raw(scores));
}

function notFinite(loss: number, iterations: number): NnError {
  return new NnError(
    "loss-not-finite",
    `The loss of the linear model became ${loss} after ${iterations} iterations.`,
    "Look for values that are not finite in the data, or raise the penalty.",
  );
}
