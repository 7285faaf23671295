// The tabular network: TabM, in one group of members for each part of the rows that is held out.
import { adamw, add, div, fit, type Loss, mul, reduceMean, reduceSum } from "@lepta/nn";
import { float, int } from "../search/space.ts";
import { heldOutLoss, heldOutPredictions } from "./held-out.ts";
import type { FitModelOptions, FittedModel, Model } from "./model.ts";
import type { Objective } from "./objectives/objective.ts";
import { rowsExcept, rowsOf, targetOf } from "./rows.ts";
import { tabm } from "./tabm.ts";

/** The defaults are those that docs/decisions/0006-tabular-network.md measures. */
export interface NetworkOptions {
  /** Networks that share weights, for each part held out. Default 8, or 16 where there is one part. */
  readonly members?: number;
  /** Units of the hidden layer. Default 32. */
  readonly hidden?: number;
  /** Rate on the hidden units. Default 0.2. */
  readonly dropout?: number;
  /** Step size of AdamW. Default 0.002. */
  readonly lr?: number;
  /** Default 0.01. */
  readonly weightDecay?: number;
  /** Default 128, more from 16,000 rows on. */
  readonly batchSize?: number;
  /** Most epochs. Default 100. */
  readonly epochs?: number;
  /** Epochs without a better held-out loss before the training stops. Default 10. */
  readonly patience?: number;
}

/**
 * All groups train at once in one graph; group g learns from the rows outside of part g. The training stops where the
 * loss of the rows held out, each predicted by the mean of its group, is least; the model predicts the mean of all
 * members (of probabilities, not of logits). Throws the engine's `training-aborted` and `loss-not-finite`.
 */
export async function fitNetwork(options: FitModelOptions & NetworkOptions): Promise<FittedModel> {
  const { x, target, heldOut, seed, epochs = 100, patience = 10 } = options;
  const { objective } = target;
  const groups = heldOut.length;
  const net = tabm({
    groups,
    members: options.members ?? (groups > 1 ? 8 : 16),
    hidden: options.hidden ?? 32,
    outputs: objective.width,
    dropout: options.dropout ?? 0.2,
  });
  const isOut = new Float32Array(x.rows * groups);
  for (const [group, rows] of heldOut.entries()) for (const row of rows) isOut[row * groups + group] = 1;
  // With one part held out, its rows teach nobody and the others are never watched: each side leaves out the rest.
  const watched = groups === 1 ? heldOut[0]! : undefined;
  const examples = (weights: Float32Array, rows: Int32Array | undefined) => {
    const inputs = rows === undefined ? x : rowsOf(x, rows);
    const weight = rows === undefined ? weights : rowsOf({ data: weights, rows: x.rows, columns: groups }, rows).data;
    return {
      inputs: { data: inputs.data, shape: [inputs.rows, inputs.columns] },
      target: objective.feed((rows === undefined ? target : targetOf(target, rows)).values, "float32"),
      weight: { data: weight, shape: [inputs.rows, groups] },
    };
  };
  const data = examples(
    isOut.map((out) => 1 - out),
    watched && rowsExcept(x.rows, watched),
  );
  const validation = examples(isOut, watched);
  let predictions = new Float32Array(0);
  let best = { epoch: 0, predictions };
  const run = fit(net, {
    data,
    validation,
    loss: membersLoss(objective),
    optimizer: adamw({ lr: options.lr ?? 0.002, weightDecay: options.weightDecay ?? 0.01 }),
    batchSize: options.batchSize ?? Math.min(1024, Math.max(128, 2 ** Math.floor(Math.log2(x.rows / 64)))),
    epochs,
    seed,
    threads: options.threads ?? 1,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    metrics: {
      heldOut(prediction) {
        predictions = spread(heldOutPredictions(prediction, validation.weight.data, objective), watched, x.rows);
        return heldOutLoss(predictions, target);
      },
    },
    earlyStopping: { monitor: "heldOut", patience, minDelta: 1e-4 },
  });
  for await (const event of run) {
    if (event.type === "best") best = { epoch: event.epoch, predictions };
    if (event.type !== "epoch") continue;
    const { epoch, loss, validation } = event;
    options.onEvent?.({ epoch, total: epochs, loss, heldOutLoss: validation!.heldOut!, heldOut: predictions });
  }
  const model = await run.result;
  return {
    predict(features) {
      return reduceMean(objective.answer(model.apply(features)), [1, 2]);
    },
    heldOut: best.predictions,
    epochs: best.epoch,
  };
}

/** Predictions of `rows` at their places among all `count` rows; NaN elsewhere. */
function spread(
  predictions: Float32Array<ArrayBuffer>,
  rows: Int32Array | undefined,
  count: number,
): Float32Array<ArrayBuffer> {
  if (rows === undefined) return predictions;
  const width = predictions.length / rows.length;
  const all = new Float32Array(count * width).fill(Number.NaN);
  for (let i = 0; i < rows.length; i++) all.set(predictions.subarray(i * width, (i + 1) * width), rows[i]! * width);
  return all;
}

/** The mean of every member's own loss; the weights [batch, groups] say which groups learn from a row. */
function membersLoss({ losses: rowLosses }: Objective): Loss {
  return (prediction, values, weight) => {
    const losses = reduceMean(rowLosses(prediction, values), 2);
    // A part of the rows may be held out whole in a small batch: then no row has a weight.
    return weight === undefined
      ? reduceMean(losses)
      : div(reduceSum(mul(losses, weight)), add(reduceSum(weight), 1e-9));
  };
}

export const network: Model = {
  name: "network",
  encoding: "piecewise",
  settings: ["members", "hidden", "dropout", "lr", "weightDecay", "batchSize", "epochs", "patience"],
  space: {
    hidden: int(16, 128, { log: true }),
    members: int(2, 16, { log: true }),
    dropout: float(0, 0.5),
    lr: float(0.0005, 0.01, { log: true }),
    weightDecay: float(0.0001, 0.1, { log: true }),
  },
  fit: (options, settings) => fitNetwork({ ...options, ...(settings as NetworkOptions) }),
};
