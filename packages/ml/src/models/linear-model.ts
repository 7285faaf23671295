// The baseline: logistic regression and ridge regression, fitted to the optimum by the engine's own graph.
import { add, constant, matMul, NnError } from "@lepta/nn";
import { float } from "../search/space.ts";
import { heldOutLoss } from "./held-out.ts";
import { answerOf, type LinearFit, openSolver, parametersOf } from "./linear-solver.ts";
import type { FitModelOptions, FittedModel, Model } from "./model.ts";
import { rowsExcept, rowsOf, targetOf } from "./rows.ts";

export interface LinearOptions {
  /** Inverse strength of the L2 penalty, as scikit-learn's C for classes and 1/alpha of its Ridge for numbers. Default 1. */
  readonly c?: number;
  readonly iterations?: number;
}

/**
 * Minimises Σ loss + ‖w‖² / (2 C): two classes by one weight vector, more by one each (softmax), numbers by half the
 * squared error. The intercept is not penalised. Parts held out are predicted by fits without them, which are made
 * first and in silence; the model returned is fitted on all rows.
 * Throws the engine's `loss-not-finite` and `training-aborted`.
 */
export async function fitLinear(options: FitModelOptions & LinearOptions): Promise<FittedModel> {
  const { x, target, heldOut, c = 1, iterations = 200, threads = 1, signal } = options;
  const { objective } = target;
  const solver = await openSolver(x.columns, objective, threads);
  const solve = (
    rows: Int32Array | undefined,
    onIteration?: (iteration: number, loss: number) => void,
  ): Promise<LinearFit> =>
    solver.solve(
      rows === undefined ? x : rowsOf(x, rows),
      rows === undefined ? target : targetOf(target, rows),
      { c, iterations },
      (iteration, loss) => {
        if (signal?.aborted) throw aborted(signal);
        onIteration?.(iteration, loss);
      },
    );
  try {
    const { width } = objective;
    const predictions = new Float32Array(x.rows * width).fill(Number.NaN);
    for (const rows of heldOut) {
      const { point } = await solve(rowsExcept(x.rows, rows));
      const part = await solver.predict(rowsOf(x, rows), point);
      for (let i = 0; i < rows.length; i++)
        predictions.set(part.subarray(i * width, (i + 1) * width), rows[i]! * width);
    }
    const fit = await solve(undefined, (epoch, loss) => options.onEvent?.({ epoch, total: iterations, loss }));
    const { epochs } = fit;
    options.onEvent?.({
      epoch: epochs,
      total: epochs,
      loss: fit.loss,
      heldOutLoss: heldOutLoss(predictions, target),
      heldOut: predictions,
    });
    const [weights, intercept] = parametersOf(fit.point, x.columns, objective.scores);
    return {
      predict: (features) => answerOf(add(matMul(features, constant(weights)), constant(intercept)), objective),
      heldOut: predictions,
      epochs,
    };
  } finally {
    await solver.close();
  }
}

function aborted(signal: AbortSignal): NnError {
  const message = "The training was stopped by its signal.";
  return new NnError("training-aborted", message, "Start it again, or do not abort the signal.", signal.reason);
}

const space = { c: float(0.001, 1000, { log: true }) };

/** For classes. */
export const logistic: Model = {
  name: "logistic",
  encoding: "linear",
  settings: ["c", "iterations"],
  space,
  fit: (options, settings) => fitLinear({ ...options, ...(settings as LinearOptions) }),
};

/** For numbers. */
export const linear: Model = { ...logistic, name: "linear" };
