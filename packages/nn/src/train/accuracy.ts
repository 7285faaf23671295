// The metric that most trainings of classifiers watch.
import type { NumericArray } from "../dtype.ts";
import { knownOptions } from "../known-options.ts";
import type { Metric } from "./options.ts";

export interface AccuracyOptions {
  /** Entries with this target do not count, as in crossEntropy. */
  readonly ignore?: number;
}

/**
 * A metric: the share of entries whose largest logit is their class's, the first of equals. Prediction: logits
 * [examples, …, classes]; target: whole classes [examples, …]. NaN where no entry counts.
 */
export function accuracy(options: AccuracyOptions = {}): Metric {
  knownOptions<AccuracyOptions>("accuracy", options, { ignore: true });
  return (prediction, target) => {
    const classes = prediction.shape[prediction.shape.length - 1] as number;
    const [logits, wanted] = [prediction.data as NumericArray, target.data as NumericArray];
    let right = 0;
    let counted = 0;
    for (let i = 0; i < wanted.length; i++) {
      const own = Number(wanted[i]);
      if (own === options.ignore) continue;
      counted++;
      let best = 0;
      for (let j = 1; j < classes; j++) {
        if ((logits[i * classes + j] as number) > (logits[i * classes + best] as number)) best = j;
      }
      if (best === own) right++;
    }
    return right / counted;
  };
}
