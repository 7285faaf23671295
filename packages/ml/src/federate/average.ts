// Federated averaging, and the proximal term that keeps local training near the shared parameters.
import {
  addScaled,
  checkSameParameters,
  mapParameters,
  mismatch,
  type ParameterSet,
  parameterNorm,
} from "./parameter-set.ts";

/** What one participant sends after local training. */
export interface Update {
  readonly parameters: ParameterSet;
  /** Usually its number of training rows. */
  readonly weight: number;
}

/**
 * Weighted mean of parameter sets (FedAvg, McMahan et al. 2017), summed in double precision.
 * Throws updates-mismatch when sets differ in form, hold a number that is not finite, or a weight is not positive.
 */
export function averageUpdates(updates: readonly Update[]): Record<string, Float32Array> {
  const first = updates[0]?.parameters;
  if (first === undefined) throw mismatch("There are no updates to average.");
  let total = 0;
  for (const [i, { parameters, weight }] of updates.entries()) {
    checkSameParameters(first, parameters, `Update ${i}`);
    if (!(weight > 0 && Number.isFinite(weight))) throw mismatch(`Update ${i} has the weight ${weight}.`);
    total += weight;
  }
  return mapParameters(first, (values, name) => {
    const sums = new Float64Array(values.length);
    for (const { parameters, weight } of updates)
      for (let i = 0; i < sums.length; i++) sums[i]! += (weight / total) * parameters[name]![i]!;
    return Float32Array.from(sums);
  });
}

/**
 * FedProx (Li et al. 2020) adds μ/2 · ‖w − w₀‖² to each participant's loss, w₀ the shared parameters of the round.
 * The term's value, and its gradient μ · (w − w₀) to be added to the loss's own.
 */
export function proximalTerm(
  local: ParameterSet,
  shared: ParameterSet,
  mu: number,
): { loss: number; gradient: Record<string, Float32Array> } {
  const drift = addScaled(local, shared, -1);
  const gradient = mapParameters(drift, (values) => values.map((value) => mu * value));
  return { loss: (mu / 2) * parameterNorm(drift) ** 2, gradient };
}
