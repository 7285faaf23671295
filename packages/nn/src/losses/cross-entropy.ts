// Multiclass cross-entropy from logits.

import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { sameShape } from "../shape.ts";
import { add, cast, div, equal, exp, mul, neg, not, sub, where } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { logSoftmax } from "../tensor/normalization.ts";
import { gather, gatherElements, scatterElements } from "../tensor/picking.ts";
import { reduceMean, reduceSum } from "../tensor/reductions.ts";
import { expand, squeeze, unsqueeze } from "../tensor/shaping.ts";
import type { Loss } from "./loss.ts";
import { checkSingle, checkTarget, sumLast, toRank, withoutTail } from "./loss.ts";

export interface CrossEntropyOptions {
  /** A weight for each class; the mean is then over weights, as in PyTorch. */
  readonly classWeights?: readonly number[];
  /** Probability spread evenly over all classes (default 0). */
  readonly labelSmoothing?: number;
  /** Entries with this target do not count, for example the padding of texts. */
  readonly ignore?: number;
  /** Targets may have fewer axes: one then serves every entry of further axes, as of an ensemble (default false). */
  readonly shared?: boolean;
}

/**
 * Mean of -log softmax(logits)[class], as PyTorch's CrossEntropyLoss. Prediction: logits [batch, …, classes]; target:
 * int64 classes [batch, …], one an entry. Errors: `shape-mismatch` for other shapes.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  knownOptions<CrossEntropyOptions>("crossEntropy", options, {
    classWeights: true,
    labelSmoothing: true,
    ignore: true,
    shared: true,
  });
  const { labelSmoothing: smoothing = 0, classWeights, ignore } = options;
  return (logits: Tensor, given: Tensor, weight?: Tensor) => {
    checkSingle("crossEntropy", logits, given);
    const entries = logits.shape.slice(0, -1);
    checkTarget("crossEntropy", logits, given, entries, options.shared);
    const target = withoutTail(given, entries.length);
    const classes = Number(logits.shape[entries.length]);
    const spread = (x: Tensor): Tensor => {
      const ranked = toRank(x, entries.length);
      return sameShape(ranked.shape, entries) ? ranked : expand(ranked, entries, logits);
    };
    const counted = ignore === undefined ? undefined : not(equal(target, constant(ignore, target.dtype)));
    const chosen = counted === undefined ? target : where(counted, target, constant(0, target.dtype));
    const indices = spread(cast(chosen, "int64"));
    const table = classWeights && constant(classWeights, logits.dtype);
    const own = table && gather(table, indices);
    const even = table === undefined ? undefined : mul(table, smoothing / classes);
    const losses = smoothedLosses(logits, indices, { own, even, smoothing, classes });
    const weights = [weight, counted]
      .filter((x) => x !== undefined)
      .map((x) => toRank(cast(x, logits.dtype), entries.length))
      .reduce<Tensor | undefined>(product, undefined);
    const divisor = product(own, weights);
    const sum = reduceMean(weights === undefined ? losses : mul(losses, weights));
    return divisor === undefined ? sum : div(sum, reduceMean(divisor));
  };
}

function product(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return mul(a, b);
}

interface Smoothing {
  /** Weight of each entry's own class; 1 when absent. */
  readonly own: Tensor | undefined;
  /** What each class gets of every entry, [classes]; smoothing / classes when absent. */
  readonly even: Tensor | undefined;
  readonly smoothing: number;
  readonly classes: number;
}

/**
 * -Σ q log softmax(logits) of each entry, q = (1 - smoothing) own at its class plus `even`. The gradient
 * (Σq) softmax(logits) - q is written by hand: over the logits it takes one exponential, one product and a scatter in
 * place, where the operators' own rules would take six passes.
 */
function smoothedLosses(logits: Tensor, indices: Tensor, { own, even, smoothing, classes }: Smoothing): Tensor {
  const axis = logits.shape.length - 1;
  const places = unsqueeze(indices, axis);
  const logs = logSoftmax(logits);
  const chosen = squeeze(gatherElements(logs, places, axis), axis);
  const scaled = smoothing === 0 ? chosen : mul(chosen, 1 - smoothing);
  let losses = neg(own === undefined ? scaled : mul(scaled, own));
  if (smoothing > 0) {
    const rest = even === undefined ? mul(sumLast(logs), smoothing / classes) : sumLast(mul(logs, even));
    losses = sub(losses, rest);
  }
  const read = [logits, logs, places, own, even].filter((x) => x !== undefined);
  return withGradient(losses, read, (gradient, tensors) => {
    const [, logsNow, placesNow] = tensors as [Tensor, Tensor, Tensor];
    const ownNow = own === undefined ? undefined : tensors[3];
    const evenNow = even === undefined ? undefined : tensors[tensors.length - 1];
    const g = unsqueeze(gradient, axis);
    const hit = product(ownNow && unsqueeze(ownNow, axis), smoothing === 0 ? g : mul(g, 1 - smoothing)) as Tensor;
    let toLogits: Tensor;
    if (smoothing === 0) toLogits = mul(exp(logsNow), hit);
    else {
      const share = evenNow ?? smoothing / classes;
      const total = evenNow === undefined ? mul(g, smoothing) : mul(g, reduceSum(evenNow));
      toLogits = sub(mul(exp(logsNow), add(hit, total)), mul(g, share));
    }
    return [scatterElements(toLogits, placesNow, neg(hit), axis, { reduction: "add" })];
  });
}
