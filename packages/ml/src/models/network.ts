// The tabular network: groups of TabM ensembles, one group for each part of the rows that is held out.
import {
  adamw,
  add,
  type Context,
  cast,
  constant,
  div,
  dropout,
  fit,
  type Layer,
  layer,
  logSoftmax,
  matMul,
  mul,
  NnError,
  neg,
  oneHot,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  softmax,
  sub,
  type Tensor,
  type TensorData,
  transpose,
  unsqueeze,
} from "@lepta/nn";
import { MlError } from "../errors.ts";
import type { FitModelOptions, FittedModel, Target } from "./model.ts";

export interface NetworkOptions {
  /** Members of each group; they share weights and differ by adapters. */
  readonly members?: number;
  readonly hidden?: number;
  readonly dropout?: number;
  readonly lr?: number;
  readonly weightDecay?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  /** Epochs without a better held-out loss before the training stops. */
  readonly patience?: number;
  /** "normal" or "sign" first adapters */
  readonly adapters?: "normal" | "sign";
}

export async function fitNetwork(options: FitModelOptions & NetworkOptions): Promise<FittedModel> {
  const { x, target, heldOut, seed, epochs = 100, patience = 10 } = options;
  const groups = heldOut.length;
  const members = options.members ?? 8;
  const hidden = options.hidden ?? 64;
  const outputs = target.kind === "numbers" ? 1 : target.classes;
  const net = tabm({
    groups,
    members,
    hidden,
    outputs,
    dropout: options.dropout ?? 0.2,
    adapters: options.adapters ?? "normal",
  });
  const out = new Float32Array(x.rows * groups);
  for (const [group, rows] of heldOut.entries()) for (const row of rows) out[row * groups + group] = 1;
  const inputs: TensorData = { data: x.data, shape: [x.rows, x.columns] };
  const wanted: TensorData =
    target.kind === "numbers"
      ? { data: Float32Array.from(target.values), shape: [x.rows] }
      : { data: BigInt64Array.from(target.values, BigInt), shape: [x.rows] };
  const weight = (data: Float32Array): TensorData => ({ data, shape: [x.rows, groups] });
  let latest: Float32Array = new Float32Array();
  let best: { heldOut: Float32Array; epoch: number; loss: number } = {
    heldOut: latest,
    epoch: 0,
    loss: Number.POSITIVE_INFINITY,
  };
  const run = fit(net, {
    data: { inputs, target: wanted, weight: weight(out.map((value) => 1 - value)) },
    validation: { inputs, target: wanted, weight: weight(out) },
    loss: ensembleLoss(target),
    optimizer: adamw({ lr: options.lr ?? 0.002, weightDecay: options.weightDecay ?? 0.01 }),
    batchSize: options.batchSize ?? 128,
    epochs,
    seed,
    threads: options.threads ?? 1,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    metrics: {
      heldOut: (prediction) => {
        latest = heldOutPredictions(prediction, out, target);
        return heldOutLoss(latest, target);
      },
    },
    earlyStopping: { monitor: "heldOut", patience, minDelta: 1e-5 },
  });
  for await (const event of run) {
    if (event.type === "best") best = { heldOut: latest, epoch: event.epoch, loss: event.value };
    if (event.type === "epoch")
      options.onEvent?.({
        epoch: event.epoch,
        total: epochs,
        loss: event.loss,
        heldOutLoss: event.validation!.heldOut!,
        heldOut: latest,
      });
  }
  const model = await run.result;
  return {
    predict: (features) => {
      const logits = model.apply(features);
      const p = target.kind === "numbers" ? logits : softmax(logits, -1);
      return reduceMean(p, [1, 2]);
    },
    heldOut: best.heldOut,
    epochs: best.epoch,
  };
}

function tabm(o: {
  groups: number;
  members: number;
  hidden: number;
  outputs: number;
  dropout: number;
  adapters: "normal" | "sign";
}): Layer {
  const { groups: G, members: K, hidden: H, outputs: C } = o;
  const drop = dropout(o.dropout);
  return layer({
    name: "tabm",
    init(shape, rng) {
      const F = shape[1] as number;
      const u = (n: number, b: number) => Float32Array.from({ length: n }, () => rng.uniform(-b, b));
      const a = 1 / Math.sqrt(F);
      const b = 1 / Math.sqrt(H);
      return {
        weight: { data: u(F * G * H, a), shape: [F, G, 1, H] },
        ...(K > 1
          ? {
              inner: {
                data: Float32Array.from({ length: F * G * K }, () =>
                  o.adapters === "normal" ? rng.normal() : rng.uniform() < 0.5 ? -1 : 1,
                ),
                shape: [F, G, K, 1],
              },
              outer: { data: new Float32Array(G * K * H).fill(1), shape: [1, G, K, H] },
            }
          : {}),
        bias: { data: u(G * K * H, a), shape: [1, G * K * H] },
        head: { data: u(G * K * H * C, b), shape: [G * K, H, C] },
        headBias: { data: u(G * K * C, b), shape: [G * K, 1, C] },
      } as Record<string, { data: Float32Array; shape: number[] }>;
    },
    apply(p, x, context) {
      const F = x.shape[1] as number;
      let w = p.weight as Tensor;
      if (K > 1) w = mul(mul(w, p.inner as Tensor), p.outer as Tensor);
      const h = relu(add(matMul(x, reshape(w, [F, G * K * H])), p.bias as Tensor));
      const d = drop.apply({}, h, context);
      const m = transpose(reshape(d, [x.shape[0]!, G * K, H]), [1, 0, 2]);
      const out = add(matMul(m, p.head as Tensor), p.headBias as Tensor);
      return reshape(transpose(out, [1, 0, 2]), [x.shape[0]!, G, K, C]);
    },
  });
}

/** Each member has its own loss; the weights [batch, groups] say which groups learn from a row. */
function ensembleLoss(target: Target) {
  return (prediction: Tensor, wanted: Tensor, weight?: Tensor): Tensor => {
    const losses =
      target.kind === "numbers"
        ? reduceMean(
            mul(sub(prediction, unsqueeze(wanted, 1, 2, 3)), sub(prediction, unsqueeze(wanted, 1, 2, 3))),
            [2, 3],
          )
        : reduceMean(
            neg(reduceSum(mul(logSoftmax(prediction), unsqueeze(oneHot(wanted, target.classes), 1, 2)), 3)),
            2,
          );
    return div(reduceSum(mul(losses, weight!)), add(reduceSum(weight!), 1e-9));
  };
}

function heldOutPredictions(prediction: TensorData, out: Float32Array, target: Target): Float32Array {
  const [rows, groups, members, outputs] = prediction.shape as [number, number, number, number];
  const data = prediction.data as Float32Array;
  const result = new Float32Array(rows * outputs).fill(Number.NaN);
  const p = new Float64Array(outputs);
  for (let row = 0; row < rows; row++)
    for (let g = 0; g < groups; g++) {
      if (out[row * groups + g] === 0) continue;
      const sum = new Float64Array(outputs);
      for (let m = 0; m < members; m++) {
        const at = ((row * groups + g) * members + m) * outputs;
        if (target.kind === "numbers") sum[0]! += data[at]! / members;
        else {
          let top = Number.NEGATIVE_INFINITY;
          for (let c = 0; c < outputs; c++) top = Math.max(top, data[at + c]!);
          let z = 0;
          for (let c = 0; c < outputs; c++) z += p[c] = Math.exp(data[at + c]! - top);
          for (let c = 0; c < outputs; c++) sum[c]! += p[c]! / z / members;
        }
      }
      result.set(sum, row * outputs);
    }
  return result;
}

function heldOutLoss(predictions: Float32Array, target: Target): number {
  let sum = 0;
  let n = 0;
  for (let row = 0; row < target.values.length; row++) {
    const v =
      target.kind === "numbers"
        ? (predictions[row]! - target.values[row]!) ** 2
        : -Math.log(Math.max(1e-7, predictions[row * target.classes + target.values[row]!]!));
    if (Number.isNaN(v)) continue;
    sum += v;
    n++;
  }
  return sum / n;
}
void constant;
void NnError;
void MlError;
void cast;

export type { Context };
