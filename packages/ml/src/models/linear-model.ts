// The baseline: logistic regression and ridge regression, fitted to the optimum by the engine's own graph.
import {
  add,
  buildGraph,
  concat,
  constant,
  createSession,
  gradients,
  input,
  logSoftmax,
  matMul,
  mul,
  neg,
  reduceMean,
  reduceSum,
  type Session,
  softmax,
  sub,
  type Tensor,
} from "@lepta/nn";
import { MlError } from "../errors.ts";
import { minimize } from "./minimize.ts";
import type { FitModelOptions, FittedModel, Matrix, Target } from "./model.ts";
import { rowsExcept, rowsOf, targetOf } from "./rows.ts";

export interface LinearOptions {
  /** Inverse strength of the L2 penalty, as scikit-learn's C for classes and 1/alpha of its Ridge for numbers. Default 1. */
  readonly c?: number;
  readonly iterations?: number;
}

/**
 * Minimises Σ loss + ‖w‖² / (2 C): two classes by one weight vector, more by one each (softmax), numbers by half the
 * squared error. The intercept is not penalised. Parts held out are predicted by fits without them; the model
 * returned is fitted on all rows. Throws `training-diverged`.
 */
export async function fitLinear(options: FitModelOptions & LinearOptions): Promise<FittedModel> {
  const { x, target, heldOut, c = 1, iterations = 200 } = options;
  const outputs = target.kind === "numbers" || target.classes === 2 ? 1 : target.classes;
  const objective = await openObjective(x.columns, outputs, target.kind, options.threads ?? 1);
  const predictor = await openPredictor(x.columns, outputs, target, options.threads ?? 1);
  const predictions = new Float32Array(heldOut.length === 0 ? 0 : x.rows * predictor.width).fill(Number.NaN);
  const fits = heldOut.length + 1;
  const fitOn = async (rows: Int32Array | undefined, fit: number): Promise<Fit> => {
    const data = objective.data(rows === undefined ? x : rowsOf(x, rows), targetOf(target, rows));
    return minimizeOn(objective.session, data, x.columns, outputs, c, iterations, (iteration, loss) => {
      options.signal?.throwIfAborted();
      const epoch = fit * iterations + iteration;
      options.onEvent?.({ epoch, total: fits * iterations, loss });
    });
  };
  try {
    for (const [fit, rows] of heldOut.entries()) {
      const { point } = await fitOn(rowsExcept(x.rows, rows), fit);
      const part = await predictor.run(rowsOf(x, rows), point);
      for (let i = 0; i < rows.length; i++)
        predictions.set(part.subarray(i * predictor.width, (i + 1) * predictor.width), rows[i]! * predictor.width);
    }
    const { point, loss, epochs } = await fitOn(undefined, heldOut.length);
    options.onEvent?.({
      epoch: fits * iterations,
      total: fits * iterations,
      loss,
      ...(heldOut.length === 0 ? {} : { heldOut: predictions }),
    });
    const weights = Float32Array.from(point.subarray(0, x.columns * outputs));
    const intercept = Float32Array.from(point.subarray(x.columns * outputs));
    return {
      predict: (features) =>
        head(
          add(
            matMul(features, constant({ data: weights, shape: [x.columns, outputs] })),
            constant({ data: intercept, shape: [1, outputs] }),
          ),
          target,
        ),
      heldOut: predictions,
      epochs,
    };
  } finally {
    await objective.session.close();
    await predictor.close();
  }
}

interface Fit {
  readonly point: Float64Array;
  readonly loss: number;
  readonly epochs: number;
}

async function minimizeOn(
  session: Session,
  data: { x: Float64Array; y: Float64Array; rows: number },
  columns: number,
  outputs: number,
  c: number,
  iterations: number,
  onIteration: (iteration: number, loss: number) => void,
): Promise<Fit> {
  const size = columns * outputs;
  let epochs = 0;
  const evaluate = async (point: Float64Array) => {
    const result = await session.run({
      x: { data: data.x, shape: [data.rows, columns] },
      y: { data: data.y, shape: [data.rows, data.y.length / data.rows] },
      weights: { data: point.slice(0, size), shape: [columns, outputs] },
      intercept: { data: point.slice(size), shape: [1, outputs] },
      penalty: { data: Float64Array.of(1 / (c * data.rows)), shape: [] },
    });
    const gradient = new Float64Array(point.length);
    gradient.set(result.weightsGradient!.data as Float64Array);
    gradient.set(result.interceptGradient!.data as Float64Array, size);
    return { value: (result.loss!.data as Float64Array)[0]!, gradient };
  };
  const { point, value } = await minimize(evaluate, new Float64Array(size + outputs), {
    iterations,
    tolerance: 1e-7,
    onIteration: (iteration, loss) => {
      epochs = iteration;
      onIteration(iteration, loss);
    },
  });
  if (!Number.isFinite(value) || point.some((number) => !Number.isFinite(number)))
    throw new MlError(
      "training-diverged",
      `The loss of the linear model became ${value} after ${epochs} iterations.`,
      "Check the numbers of the table for extremes, or raise the penalty.",
    );
  return { point, loss: value, epochs };
}

/** Loss and gradient in float64, so that the optimum is the same as any other solver's. */
async function openObjective(
  columns: number,
  outputs: number,
  kind: Target["kind"],
  threads: number,
): Promise<{
  session: Session;
  data: (x: Matrix, target: Target) => { x: Float64Array; y: Float64Array; rows: number };
}> {
  const x = input("x", "float64", ["N", columns]);
  const wide = kind === "classes" ? Math.max(2, outputs) : 1;
  const y = input("y", "float64", ["N", wide]);
  const weights = input("weights", "float64", [columns, outputs]);
  const intercept = input("intercept", "float64", [1, outputs]);
  const penalty = input("penalty", "float64", []);
  const scores = add(matMul(x, weights), intercept);
  const residual = sub(scores, y);
  const losses =
    kind === "numbers" ? mul(mul(residual, residual), 0.5) : neg(reduceSum(mul(logSoftmax(logits(scores)), y), 1));
  const loss = add(reduceMean(losses), mul(mul(reduceSum(mul(weights, weights)), penalty), 0.5));
  const [weightsGradient, interceptGradient] = gradients(loss, [weights, intercept]);
  const session = await createSession(
    buildGraph({ loss, weightsGradient: weightsGradient!, interceptGradient: interceptGradient! }),
    { threads },
  );
  return {
    session,
    data: (matrix, target) => ({ x: Float64Array.from(matrix.data), y: targetMatrix(target, wide), rows: matrix.rows }),
  };
}

async function openPredictor(columns: number, outputs: number, target: Target, threads: number) {
  const x = input("x", "float32", ["N", columns]);
  const weights = input("weights", "float32", [columns, outputs]);
  const intercept = input("intercept", "float32", [1, outputs]);
  const session = await createSession(buildGraph({ prediction: head(add(matMul(x, weights), intercept), target) }), {
    threads,
  });
  return {
    width: target.kind === "numbers" ? 1 : target.classes,
    run: async (matrix: Matrix, point: Float64Array): Promise<Float32Array> => {
      const size = columns * outputs;
      const { prediction } = await session.run({
        x: { data: matrix.data, shape: [matrix.rows, columns] },
        weights: { data: Float32Array.from(point.subarray(0, size)), shape: [columns, outputs] },
        intercept: { data: Float32Array.from(point.subarray(size)), shape: [1, outputs] },
      });
      return prediction!.data as Float32Array;
    },
    close: () => session.close(),
  };
}

/** Two classes have one score, for the second: the first class's is 0. */
function logits(scores: Tensor): Tensor {
  return scores.shape[1] === 1 ? concat([mul(scores, 0), scores], 1) : scores;
}

function head(scores: Tensor, target: Target): Tensor {
  return target.kind === "numbers" ? scores : softmax(logits(scores), 1);
}

function targetMatrix(target: Target, width: number): Float64Array {
  if (target.kind === "numbers") return target.values;
  const hot = new Float64Array(target.values.length * width);
  for (let row = 0; row < target.values.length; row++) hot[row * width + target.values[row]!] = 1;
  return hot;
}
