// Clipping and Gaussian noise, which make a participant's (or row's) influence on a sum deniable.
import { randomFillSync } from "node:crypto";
import { MlError } from "../errors.ts";
import { mapParameters, type ParameterSet, parameterNorm } from "./parameter-set.ts";

/** Scales all parameters together so that their Euclidean norm is at most `maxNorm`; smaller ones stay as they are. */
export function clipToNorm(
  parameters: ParameterSet,
  maxNorm: number,
): { parameters: Record<string, Float32Array>; norm: number } {
  if (!(maxNorm > 0)) throw outOfRange(`The clipping norm is ${maxNorm}.`);
  const norm = parameterNorm(parameters);
  if (!Number.isFinite(norm)) throw outOfRange("An update holds a number that is not finite, so it has no norm.");
  const factor = Math.min(1, maxNorm / norm);
  return { parameters: mapParameters(parameters, (values) => values.map((value) => factor * value)), norm };
}

/**
 * Adds normal noise with standard deviation noiseMultiplier · maxNorm to a *sum* of updates, each clipped to `maxNorm`
 * (the Gaussian mechanism, Dwork & Roth 2014, A.1; DP-FedAvg, McMahan et al. 2018). What that guarantees after some
 * rounds: `gaussianEpsilon`. Noise comes from the operating system's generator unless `normal` is given, for tests.
 * Floating-point noise leaks in principle (Mironov 2012): publish sums rounded to fixed point.
 */
export function addGaussianNoise(
  sum: ParameterSet,
  options: { readonly maxNorm: number; readonly noiseMultiplier: number; readonly normal?: () => number },
): Record<string, Float32Array> {
  const { maxNorm, noiseMultiplier, normal = secureNormal() } = options;
  if (!(maxNorm > 0 && noiseMultiplier > 0))
    throw outOfRange(`The clipping norm is ${maxNorm} and the noise multiplier ${noiseMultiplier}.`);
  const deviation = noiseMultiplier * maxNorm;
  return mapParameters(sum, (values) => values.map((value) => value + deviation * normal()));
}

/** privacy-parameters-invalid with its fix. */
export function outOfRange(message: string): MlError {
  return new MlError(
    "privacy-parameters-invalid",
    message,
    "Use a positive norm and noise multiplier, a sampling rate in (0, 1], a delta in (0, 1) and whole rounds.",
  );
}

/** Standard normal numbers (Box–Muller) from the operating system's generator. */
function secureNormal(): () => number {
  const words = new Uint32Array(4096);
  let next = words.length;
  const uniform = (): number => {
    if (next === words.length) {
      randomFillSync(words);
      next = 0;
    }
    const high = words[next]! >>> 5;
    const low = words[next + 1]! >>> 6;
    next += 2;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
