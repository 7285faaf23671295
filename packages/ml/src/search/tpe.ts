// Tree-structured Parzen estimator: propose where good trials are dense and the others are not.
import type { Rng } from "@lepta/nn";
import { parzen } from "./parzen.ts";
import {
  type ChoiceParameter,
  fromSearchScale,
  type NumberParameter,
  type Point,
  randomPoint,
  type Space,
  searchInterval,
  toSearchScale,
} from "./space.ts";

/** Trials drawn uniformly before the estimator starts. */
const startupTrials = 10;
/** Candidates drawn from the good trials' density for each parameter. */
const candidates = 24;

/**
 * The next point to try (Bergstra, Bardenet, Bengio, Kégl 2011, section 4), each parameter by itself: of 24 draws from
 * the density l of the best tenth, the one with the greatest l / g. `points` are past points, best first.
 */
export function tpePoint<S extends Space>(space: S, points: readonly Point<S>[], random: Rng): Point<S> {
  if (points.length < startupTrials) return randomPoint(space, random);
  const good = Math.min(25, Math.ceil(points.length / 10));
  const entries = Object.entries(space).map(([name, parameter]) => {
    const values = points.map((point) => point[name]);
    const value =
      parameter.kind === "choice"
        ? betterChoice(parameter, values, good, random)
        : betterNumber(parameter, values as number[], good, random);
    return [name, value];
  });
  return Object.fromEntries(entries) as Point<S>;
}

function betterNumber(parameter: NumberParameter, values: readonly number[], good: number, random: Rng): number {
  const { low, high } = searchInterval(parameter);
  const coordinates = values.map((value) => toSearchScale(parameter, value));
  const above = parzen(coordinates.slice(0, good), low, high);
  const below = parzen(coordinates.slice(good), low, high);
  let best = { value: Number.NaN, gain: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < candidates; i++) {
    const value = fromSearchScale(parameter, above.sample(random));
    const x = toSearchScale(parameter, value);
    const gain = above.logDensity(x) - below.logDensity(x);
    if (gain > best.gain) best = { value, gain };
  }
  return best.value;
}

function betterChoice(parameter: ChoiceParameter, values: readonly unknown[], good: number, random: Rng): unknown {
  const shares = (part: readonly unknown[]): number[] =>
    parameter.options.map(
      (option) => (part.filter((value) => value === option).length + 1) / (part.length + parameter.options.length),
    );
  const above = shares(values.slice(0, good));
  const below = shares(values.slice(good));
  let best = { index: 0, gain: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < candidates; i++) {
    let index = 0;
    for (let left = random.uniform() - above[0]!; left > 0 && index < above.length - 1; left -= above[index]!) index++;
    const gain = above[index]! / below[index]!;
    if (gain > best.gain) best = { index, gain };
  }
  return parameter.options[best.index];
}
