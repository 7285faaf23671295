// Gradient boosting: trees, each on what the ones before it leave, as many as rows held out gain from.
import { type DecisionTree, decisionTrees, NnError, type Rng, rng } from "@lepta/nn";
import { float, int } from "../../search/space.ts";
import { heldOutLoss } from "../held-out.ts";
import { answerOf } from "../linear-solver.ts";
import type { FitModelOptions, FittedModel, Model, ModelEvent, Target } from "../model.ts";
import { rowsExcept } from "../rows.ts";
import { type Bins, binsOf } from "./bins.ts";
import { addTree, type GrownTree, growTree } from "./grow-tree.ts";

/** The defaults are those that docs/decisions/0034-boosting.md measures. */
export interface BoostingOptions {
  /** Most rounds, of one tree for each of the objective's scores. Default 1000. */
  readonly rounds?: number;
  /** Share of a tree's values that is taken. Default that of the shape (`shapes`). */
  readonly rate?: number;
  /** Most leaves of a tree. Default 8 or 31, whichever has the lower loss on rows held out. */
  readonly leaves?: number;
  /** Fewest rows of a leaf. Default 20. */
  readonly minRows?: number;
  /** Least sum of curvatures of a leaf. Default 0.001. */
  readonly minCurvature?: number;
  /** Added to a leaf's sum of curvatures. Default 1. */
  readonly l2?: number;
  /** Share of the rows that a tree is grown on. Default 0.8. */
  readonly rowShare?: number;
  /** Share of the columns that a tree may split. Default that of the shape. */
  readonly columnShare?: number;
  /** Rounds without a better held-out loss before the training stops. Default 50. */
  readonly patience?: number;
}

interface Shape {
  readonly leaves: number;
  readonly rate: number;
  readonly columnShare: number;
}

/** Small trees for answers that are mostly chance, larger ones for answers that the columns settle. */
const shapes: readonly [Shape, Shape] = [
  { leaves: 8, rate: 0.05, columnShare: 0.5 },
  { leaves: 31, rate: 0.1, columnShare: 0.8 },
];

function shapesOf({ leaves, rate, columnShare }: BoostingOptions): readonly Shape[] {
  const tried = leaves === undefined ? shapes : [{ ...shapes[0], leaves }];
  return tried.map((own) => ({ ...own, rate: rate ?? own.rate, columnShare: columnShare ?? own.columnShare }));
}

/** Trees that grow on one part of the rows. */
interface Ensemble {
  /** Rows that it learns from. */
  readonly rows: Int32Array;
  /** Row-major [all rows, scores]. */
  readonly scores: Float64Array;
  readonly base: Float64Array;
  readonly trees: (GrownTree & { readonly target: number })[];
  readonly random: Rng;
}

/** What was best on rows held out. */
interface Best {
  readonly shape: Shape;
  readonly round: number;
  readonly loss: number;
  readonly predictions: Float32Array;
}

/**
 * Each part held out is predicted by trees that are grown without it, all parts round by round together; the training
 * of a shape stops where their loss is least. The model is grown on all rows, in the better shape, for as many rounds.
 * Throws the engine's `training-aborted` and `loss-not-finite`.
 */
export async function fitBoosting(options: FitModelOptions & BoostingOptions): Promise<FittedModel> {
  const { x, target, seed, signal, rounds = 1000 } = options;
  const bins = binsOf(x);
  const random = rng(seed);
  const everyRow = Int32Array.from({ length: x.rows }, (_, row) => row);
  const tried = shapesOf(options);
  let best: Best | undefined;
  for (const [at, shape] of tried.entries()) {
    const own = await crossFit(options, bins, shape, random, (event) =>
      options.onEvent?.({ ...event, epoch: at * rounds + event.epoch, total: tried.length * rounds }),
    );
    if (best === undefined || own.loss < best.loss) best = own;
  }
  const { shape, round: kept, predictions } = best as Best;
  const grow = grower(options, bins, shape);
  const final = begin(everyRow, target, random.fork("all"));
  for (let round = 0; round < kept; round++) {
    await breath(signal);
    grow(final, everyRow);
  }
  const trees: DecisionTree[] = final.trees.length === 0 ? [nothing] : final.trees;
  return {
    predict: (features) => answerOf(decisionTrees(features, { trees, base: [...final.base] }), target.objective),
    heldOut: predictions,
    epochs: kept,
  };
}

async function crossFit(
  options: FitModelOptions & BoostingOptions,
  bins: Bins,
  shape: Shape,
  random: Rng,
  onEvent: (event: ModelEvent) => void,
): Promise<Best> {
  const { x, target, heldOut, signal, rounds = 1000, patience = 50 } = options;
  const { objective } = target;
  const grow = grower(options, bins, shape);
  const everyRow = Int32Array.from({ length: x.rows }, (_, row) => row);
  const parts = heldOut.map((out, part) => ({
    out,
    ensemble: begin(rowsExcept(x.rows, out), target, random.fork("part", part)),
  }));
  const predictions = new Float32Array(x.rows * objective.width).fill(Number.NaN);
  const answers = new Float32Array(objective.width);
  let best: Best = { shape, round: 0, loss: Number.POSITIVE_INFINITY, predictions: predictions.slice() };
  for (let round = 1; round <= rounds && round - best.round <= patience; round++) {
    await breath(signal);
    let loss = 0;
    let learnt = 0;
    for (const { out, ensemble } of parts) {
      grow(ensemble, everyRow);
      for (const row of out)
        objective.answerOfScores(ensemble.scores, row * objective.scores, predictions, row * objective.width);
      for (const row of ensemble.rows) {
        objective.answerOfScores(ensemble.scores, row * objective.scores, answers, 0);
        loss += objective.lossOf(answers, 0, target.values[row]!);
      }
      learnt += ensemble.rows.length;
    }
    if (!Number.isFinite(loss)) throw notFinite(loss, round);
    const watched = heldOutLoss(predictions, target);
    if (watched < best.loss) best = { shape, round, loss: watched, predictions: predictions.slice() };
    onEvent({ epoch: round, total: rounds, loss: loss / learnt, heldOutLoss: watched, heldOut: predictions });
  }
  return best;
}

/** A tree of one leaf that says nothing. */
const nothing: DecisionTree = {
  target: 0,
  features: [0],
  thresholds: [0],
  missingLeft: [0],
  left: [0],
  right: [0],
  values: [0],
};

function begin(rows: Int32Array, target: Target, random: Rng): Ensemble {
  const { scores: width } = target.objective;
  const base = baseOf(rows, target);
  const scores = new Float64Array(target.values.length * width);
  for (let i = 0; i < scores.length; i++) scores[i] = base[i % width]!;
  return { rows, scores, base, trees: [], random };
}

/** Steps of Newton's method to the constant scores with the least loss. */
const baseSteps = 20;

/** In float32, as the model keeps them. */
function baseOf(rows: Int32Array, { objective, values }: Target): Float64Array {
  const { scores: width } = objective;
  const base = new Float64Array(width);
  const gradient = new Float32Array(width);
  const curvature = new Float32Array(width);
  for (let step = 0; step < baseSteps; step++) {
    const slope = new Float64Array(width);
    const bend = new Float64Array(width);
    for (const row of rows) {
      objective.gradients(base, 0, values[row]!, gradient, curvature, 0);
      for (let i = 0; i < width; i++) {
        slope[i]! += gradient[i]!;
        bend[i]! += curvature[i]!;
      }
    }
    let moved = 0;
    for (let i = 0; i < width; i++) {
      const by = slope[i]! / Math.max(bend[i]!, 1e-6 * rows.length);
      base[i]! -= by;
      moved = Math.max(moved, Math.abs(by));
    }
    if (moved < 1e-6) break;
  }
  return base.map(Math.fround);
}

/** Adds one round's trees to an ensemble, and what they say to the scores of all rows. */
function grower(
  options: FitModelOptions & BoostingOptions,
  bins: Bins,
  { leaves, rate, columnShare }: Shape,
): (ensemble: Ensemble, all: Int32Array) => void {
  const { objective, values } = options.target;
  const { rowShare = 0.8, minRows = 20, minCurvature = 0.001, l2 = 1 } = options;
  const width = objective.scores;
  const gradients = new Float32Array(bins.rows * width);
  const curvatures = new Float32Array(bins.rows * width);
  const slopes = Array.from({ length: width }, () => ({
    gradients: new Float32Array(bins.rows),
    curvatures: new Float32Array(bins.rows),
  }));
  return ({ rows, scores, trees, random }, all) => {
    for (const row of rows) objective.gradients(scores, row * width, values[row]!, gradients, curvatures, row * width);
    for (const [target, own] of slopes.entries()) {
      for (const row of rows) {
        own.gradients[row] = gradients[row * width + target]!;
        own.curvatures[row] = curvatures[row * width + target]!;
      }
      const picked = sample(rows, rowShare, random);
      const columns = sample(
        Int32Array.from({ length: bins.columns }, (_, i) => i),
        columnShare,
        random,
      );
      const tree = growTree(bins, picked, own, columns, { leaves, minRows, minCurvature, l2, rate });
      if (tree.left.length === 1) continue;
      trees.push({ ...tree, target });
      addTree(tree, bins, all, scores, width, target);
    }
  };
}

/** A share of a list, at least one of it, in its order: each as likely as any other (Knuth's algorithm S). */
function sample(list: Int32Array, share: number, random: Rng): Int32Array {
  if (share >= 1) return list.slice();
  const wanted = Math.max(1, Math.round(share * list.length));
  const picked = new Int32Array(wanted);
  let at = 0;
  for (let i = 0; i < list.length && at < wanted; i++)
    if (random.uniform() * (list.length - i) < wanted - at) picked[at++] = list[i]!;
  return picked;
}

/** Lets others have their turn, and stops at the signal. */
async function breath(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted)
    throw new NnError(
      "training-aborted",
      "The training was stopped by its signal.",
      "Start it again, or do not abort the signal.",
      signal.reason,
    );
}

function notFinite(loss: number, round: number): NnError {
  return new NnError(
    "loss-not-finite",
    `The loss of the boosted trees became ${loss} in round ${round}.`,
    "Look for target values that are not finite, or lower the rate.",
  );
}

export const boosting: Model = {
  name: "boosting",
  encoding: "plain",
  settings: ["rounds", "rate", "leaves", "minRows", "minCurvature", "l2", "rowShare", "columnShare", "patience"],
  space: {
    rate: float(0.01, 0.3, { log: true }),
    leaves: int(4, 64, { log: true }),
    minRows: int(2, 100, { log: true }),
    l2: float(0.01, 100, { log: true }),
    rowShare: float(0.5, 1),
    columnShare: float(0.2, 1),
  },
  fit: (options, settings) => fitBoosting({ ...options, ...(settings as BoostingOptions) }),
};
