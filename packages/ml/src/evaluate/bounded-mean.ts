// The mean of bounded numbers from few or many of them, and the difference of two means: intervals that keep their word.
import type { ResampledInterval } from "./bootstrap.ts";

/** Units with the same number of rows and the same sum. A unit is what was drawn: rows of one unit are not independent. */
export interface UnitGroup {
  readonly units: number;
  /** Rows of each unit. */
  readonly rows: number;
  /** Sum over the rows of each unit; between rows × low and rows × high. */
  readonly sum: number;
}

/** What a row's number can be. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface BoundedDifference extends ResampledInterval {
  /** Two-sided, of the hypothesis that the means are equal. */
  readonly pValue: number;
}

/** Probability that the mean lies at or below a number, by one of the two confidence distributions. */
type Distribution = (mean: number) => number;

/**
 * The mean a row, Σ sum / Σ rows, with its interval. The upper bound is the quantile of the units' mean under weights
 * drawn from Dirichlet(1, …, 1) over the units and one more at `high` (Gaffke 2005; Learned-Miller and Thomas 2020); the
 * lower bound likewise with one more at `low`. Of two different numbers it is the exact interval of Clopper and Pearson
 * (1934), of many it nears Student's; it never has width 0 inside of the bounds and never leaves them.
 * The one more has as many rows as the unit of a row drawn at random. Undefined without units.
 */
export function boundedMean(
  groups: readonly UnitGroup[],
  bounds: Bounds,
  confidence = 0.95,
): ResampledInterval | undefined {
  const value = meanOf(groups);
  if (value === undefined) return undefined;
  const tail = (1 - confidence) / 2;
  return {
    value,
    low: quantile(distribution(groups, bounds.low), tail, bounds),
    high: quantile(distribution(groups, bounds.high), 1 - tail, bounds),
  };
}

/**
 * Mean of `b` less mean of `a`, with interval and p-value: the bounds' distributions of both are melded as if they were
 * independent (Fay, Proschan and Brittain 2015), upper of one against lower of the other. Of two different numbers it
 * is the melded binomial interval, whose p-value is that of Fisher's exact test. Undefined where either has no units.
 */
export function boundedDifference(
  a: readonly UnitGroup[],
  b: readonly UnitGroup[],
  bounds: Bounds,
  confidence = 0.95,
): BoundedDifference | undefined {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  if (meanA === undefined || meanB === undefined) return undefined;
  const tail = (1 - confidence) / 2;
  const [lowA, highA, lowB, highB] = [a, b].flatMap((groups) =>
    [bounds.low, bounds.high].map((end) => curveOf(distribution(groups, end), bounds)),
  ) as [Curve, Curve, Curve, Curve];
  const most = differenceOf(highB, lowA);
  const least = differenceOf(lowB, highA);
  const range = { low: bounds.low - bounds.high, high: bounds.high - bounds.low };
  return {
    value: meanB - meanA,
    low: quantile(least, tail, range),
    high: quantile(most, 1 - tail, range),
    pValue: Math.min(1, 2 * Math.min(least(0), 1 - most(0))),
  };
}

function meanOf(groups: readonly UnitGroup[]): number | undefined {
  let rows = 0;
  let sum = 0;
  for (const group of groups) {
    rows += group.units * group.rows;
    sum += group.units * group.sum;
  }
  return rows > 0 ? sum / rows : undefined;
}

/** Of the mean under random weights, with one more unit at `end`. */
function distribution(groups: readonly UnitGroup[], end: number): Distribution {
  let rows = 0;
  let squares = 0;
  for (const group of groups) {
    rows += group.units * group.rows;
    squares += group.units * group.rows ** 2;
  }
  const all = [...groups, { units: 1, rows: squares / rows, sum: (end * squares) / rows }];
  // Σ g (sum − mean × rows) ≤ 0, where a group's weight g is a Gamma variable of its number of units.
  return (mean) =>
    gammaSum(
      all.map((group) => group.units),
      all.map((group) => group.sum - mean * group.rows),
    );
}

/** Step of the integration, in the logarithm of the frequency. */
const step = 0.05;

/**
 * P(Σ wᵢ Gᵢ ≤ 0) for independent Gᵢ ~ Gamma(shapeᵢ, 1): the inversion of the characteristic function (Gil-Pelaez 1951;
 * Imhof 1961) over the logarithm of the frequency, where the trapezoid rule is exact to about 1e-8.
 */
function gammaSum(shapes: readonly number[], weights: readonly number[]): number {
  let mean = 0;
  let variance = 0;
  for (let i = 0; i < shapes.length; i++) {
    mean += shapes[i]! * weights[i]!;
    variance += shapes[i]! * weights[i]! ** 2;
  }
  if (weights.every((weight) => weight >= 0)) return variance === 0 ? 1 : 0;
  if (weights.every((weight) => weight <= 0)) return 1;
  const deviation = Math.sqrt(variance);
  // Beyond 16 deviations the probability is below 1e-7.
  if (Math.abs(mean) > 16 * deviation) return mean > 0 ? 0 : 1;
  const first = -8;
  // Below the first frequency the angle is small and grows with the frequency itself.
  let integral = (mean / deviation) * Math.exp(first - step / 2);
  for (let x = first; x < 40; x += step) {
    const frequency = Math.exp(x) / deviation;
    let angle = 0;
    let decay = 0;
    for (let i = 0; i < shapes.length; i++) {
      const turn = weights[i]! * frequency;
      angle += shapes[i]! * Math.atan(turn);
      decay += 0.5 * shapes[i]! * Math.log1p(turn * turn);
    }
    if (decay > 25) break;
    integral += step * Math.sin(angle) * Math.exp(-decay);
  }
  return Math.min(1, Math.max(0, 0.5 - integral / Math.PI));
}

/** Where `at` reaches a probability: by bisection, which halves the range as often as `halvings` says. */
function quantile(at: Distribution, probability: number, { low, high }: Bounds, halvings = 30): number {
  let [from, to] = [low, high];
  for (let i = 0; i < halvings && to > from; i++) {
    const middle = from + (to - from) / 2;
    if (at(middle) < probability) from = middle;
    else to = middle;
  }
  // The quantile of a distribution that ends at a bound with a mass there is that bound.
  if (to - low < 1e-8 * (high - low)) return low;
  return high - from < 1e-8 * (high - low) ? high : to;
}

/** A distribution at points that divide where it grows evenly. */
interface Curve {
  readonly points: Float64Array;
  readonly probabilities: Float64Array;
}

const curvePoints = 64;
const curveEnds = 1e-7;

function curveOf(at: Distribution, bounds: Bounds): Curve {
  const from = quantile(at, curveEnds, bounds, 14);
  const to = quantile(at, 1 - curveEnds, bounds, 14);
  const points = Float64Array.from({ length: curvePoints }, (_, i) => from + ((to - from) * i) / (curvePoints - 1));
  const probabilities = points.map(at);
  probabilities[curvePoints - 1] = 1;
  return { points, probabilities };
}

/** Of an independent variable of curve `b` less one of curve `a`. */
function differenceOf(b: Curve, a: Curve): Distribution {
  return (difference) => {
    let sum = 0;
    let before = 0;
    for (let i = 0; i < curvePoints; i++) {
      const mass = a.probabilities[i]! - before;
      before = a.probabilities[i]!;
      const place = i === 0 ? a.points[0]! : (a.points[i]! + a.points[i - 1]!) / 2;
      sum += mass * probabilityAt(b, difference + place);
    }
    return sum;
  };
}

function probabilityAt({ points, probabilities }: Curve, x: number): number {
  const [from, to] = [points[0]!, points[curvePoints - 1]!];
  if (x < from) return 0;
  if (x >= to) return 1;
  const place = ((x - from) / (to - from)) * (curvePoints - 1);
  const i = Math.min(curvePoints - 2, Math.floor(place));
  return probabilities[i]! + (place - i) * (probabilities[i + 1]! - probabilities[i]!);
}
