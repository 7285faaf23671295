// Negative log-likelihood of counts.
import { knownOptions } from "../known-options.ts";
import { add, exp, log, mul, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

export interface PoissonOptions {
  /** Whether predictions are logarithms of rates (default true). */
  readonly logarithmic?: boolean;
}

/** Mean of rate - count log rate: the Poisson likelihood without the term that the prediction does not change. */
export function poisson(options: PoissonOptions = {}): Loss {
  knownOptions<PoissonOptions>("poisson", options, { logarithmic: true });
  return pointwise("poisson", (prediction, target) =>
    (options.logarithmic ?? true)
      ? sub(exp(prediction), mul(target, prediction))
      : sub(prediction, mul(target, log(add(prediction, 1e-8)))),
  );
}
