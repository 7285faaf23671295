// Grows one regression tree on gradients and curvatures: leaf by leaf, by histograms (Ke et al. 2017, LightGBM).
import type { DecisionTree } from "@lepta/nn";
import { type Bins, missingBin } from "./bins.ts";

export interface GrowOptions {
  /** Most leaves. */
  readonly leaves: number;
  /** Fewest rows of a leaf. */
  readonly minRows: number;
  /** Least sum of curvatures of a leaf. */
  readonly minCurvature: number;
  /** Added to the sum of curvatures of a leaf. */
  readonly l2: number;
  /** What leaves' values are multiplied by. */
  readonly rate: number;
}

/** The slopes that a tree is grown on. */
export interface Slopes {
  /** First derivatives of the loss, one a row. */
  readonly gradients: Float32Array;
  /** Second derivatives. */
  readonly curvatures: Float32Array;
}

export interface GrownTree extends Omit<DecisionTree, "target"> {
  /** Last bin of a node that goes left. */
  readonly bins: Uint8Array;
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
}

interface Leaf {
  readonly node: number;
  /** Its rows are those from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  readonly gradient: number;
  readonly curvature: number;
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
}

/** Numbers of a bin in a histogram: sum of gradients, sum of curvatures, rows. */
const binNumbers = 3;
/** Every float32 number that is finite is at most this. */
const largest = 2 ** 127 * (2 - 2 ** -23);

/**
 * The tree that Newton's method finds greedily: of all leaves the one whose split lowers the loss most is split next. A
 * smaller child's histogram is counted, its sibling's is the parent's less that. Missing values go to the side that is
 * better for them; where a leaf has none, to the one with more rows. Of equal splits the first column's, and there the
 * lowest, is taken.
 * @param rows the rows to learn from; they are put into another order
 * @param columns those that may be split
 */
export function growTree(
  bins: Bins,
  rows: Int32Array,
  { gradients, curvatures }: Slopes,
  columns: Int32Array,
  options: GrowOptions,
): GrownTree {
  const { leaves, minRows, minCurvature, l2, rate } = options;
  const size = 2 * leaves - 1;
  const tree = {
    features: new Int32Array(size),
    thresholds: new Float32Array(size),
    bins: new Uint8Array(size),
    missingLeft: new Uint8Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    values: new Float32Array(size),
  };
  const scratch = new Int32Array(rows.length);
  const ordered = new Float32Array(2 * rows.length);
  // Where each column's bins begin in a histogram.
  const bases = new Int32Array(columns.length + 1);
  for (let c = 0; c < columns.length; c++)
    bases[c + 1] = bases[c]! + binNumbers * (missingBin(bins.edges[columns[c]!]!) + 1);

  const counted = (from: number, to: number): Float64Array => {
    const histogram = new Float64Array(bases[columns.length]!);
    const count = to - from;
    for (let i = 0; i < count; i++) {
      const row = rows[from + i]!;
      ordered[2 * i] = gradients[row]!;
      ordered[2 * i + 1] = curvatures[row]!;
    }
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]! * bins.rows;
      const base = bases[c]!;
      for (let i = 0; i < count; i++) {
        const at = base + binNumbers * bins.data[column + rows[from + i]!]!;
        histogram[at]! += ordered[2 * i]!;
        histogram[at + 1]! += ordered[2 * i + 1]!;
        histogram[at + 2]!++;
      }
    }
    return histogram;
  };

  const bestSplit = (
    histogram: Float64Array,
    count: number,
    gradient: number,
    curvature: number,
  ): Split | undefined => {
    if (count < 2 * minRows) return undefined;
    const whole = (gradient * gradient) / (curvature + l2);
    let gain = 1e-10;
    let column = -1;
    let bin = 0;
    let toLeft = false;
    for (let c = 0; c < columns.length; c++) {
      const base = bases[c]!;
      const last = bins.edges[columns[c]!]!.length;
      const missing = base + (last + 1) * binNumbers;
      const absent = histogram[missing + 2]!;
      // Missing to the right, then to the left; without any there is one way.
      for (let way = 0; way < (absent > 0 ? 2 : 1); way++) {
        let g = way === 1 ? histogram[missing]! : 0;
        let h = way === 1 ? histogram[missing + 1]! : 0;
        let n = way === 1 ? absent : 0;
        // Behind the last edge all values that are there go left, and the missing ones right.
        const end = way === 0 && absent > 0 ? last + 1 : last;
        for (let b = 0; b < end; b++) {
          const at = base + b * binNumbers;
          g += histogram[at]!;
          h += histogram[at + 1]!;
          n += histogram[at + 2]!;
          if (n < minRows || h < minCurvature) continue;
          if (count - n < minRows || curvature - h < minCurvature) break;
          const rest = gradient - g;
          const own = (g * g) / (h + l2) + (rest * rest) / (curvature - h + l2) - whole;
          if (own > gain) {
            gain = own;
            column = columns[c]!;
            bin = b;
            toLeft = absent > 0 ? way === 1 : 2 * n > count;
          }
        }
      }
    }
    return column < 0 ? undefined : { gain, column, bin, missingLeft: toLeft };
  };

  const leafOf = (node: number, from: number, to: number, histogram: Float64Array): Leaf => {
    let gradient = 0;
    let curvature = 0;
    for (let i = from; i < to; i++) {
      gradient += gradients[rows[i]!]!;
      curvature += curvatures[rows[i]!]!;
    }
    tree.values[node] = (-rate * gradient) / Math.max(curvature + l2, 1e-12);
    return {
      node,
      from,
      to,
      gradient,
      curvature,
      histogram,
      split: bestSplit(histogram, to - from, gradient, curvature),
    };
  };

  let nodes = 1;
  const open: Leaf[] = [leafOf(0, 0, rows.length, counted(0, rows.length))];
  for (let made = 1; made < leaves; made++) {
    let best = -1;
    for (let i = 0; i < open.length; i++)
      if (open[i]!.split !== undefined && (best < 0 || open[i]!.split!.gain > open[best]!.split!.gain)) best = i;
    if (best < 0) break;
    const { node, from, to, histogram, split } = open[best]!;
    const { column, bin, missingLeft } = split!;
    tree.features[node] = column;
    tree.bins[node] = bin;
    tree.thresholds[node] = bins.edges[column]![bin] ?? largest;
    tree.missingLeft[node] = Number(missingLeft);
    tree.values[node] = 0;
    const middle = partition(rows, scratch, from, to, bins, column, bin, missingLeft);
    const fewerLeft = middle - from <= to - middle;
    const fewer = fewerLeft ? counted(from, middle) : counted(middle, to);
    for (let i = 0; i < histogram.length; i++) histogram[i]! -= fewer[i]!;
    const left = nodes++;
    const right = nodes++;
    tree.left[node] = left;
    tree.right[node] = right;
    open[best] = leafOf(left, from, middle, fewerLeft ? fewer : histogram);
    open.push(leafOf(right, middle, to, fewerLeft ? histogram : fewer));
  }
  return {
    features: tree.features.slice(0, nodes),
    thresholds: tree.thresholds.slice(0, nodes),
    bins: tree.bins.slice(0, nodes),
    missingLeft: tree.missingLeft.slice(0, nodes),
    left: tree.left.slice(0, nodes),
    right: tree.right.slice(0, nodes),
    values: tree.values.slice(0, nodes),
  };
}

/** Puts the rows that go left before the others, in their order. @returns where the others begin */
function partition(
  rows: Int32Array,
  scratch: Int32Array,
  from: number,
  to: number,
  { data, rows: count, edges }: Bins,
  column: number,
  bin: number,
  missingLeft: boolean,
): number {
  const missing = missingBin(edges[column]!);
  let left = from;
  let right = 0;
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    const own = data[column * count + row]!;
    if (own === missing ? missingLeft : own <= bin) rows[left++] = row;
    else scratch[right++] = row;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}

/** Adds the tree's values to `scores[row × width + target]` of each of `rows`. */
export function addTree(
  { features, bins: limits, missingLeft, left, right, values }: GrownTree,
  bins: Bins,
  rows: Int32Array,
  scores: Float64Array,
  width: number,
  target: number,
): void {
  const { data, edges } = bins;
  const count = bins.rows;
  const missing = Uint8Array.from(features, (column) => missingBin(edges[column]!));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let node = 0;
    while (left[node] !== 0) {
      const own = data[features[node]! * count + row]!;
      const goesLeft = own === missing[node] ? missingLeft[node] === 1 : own <= limits[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    scores[row * width + target]! += values[node]!;
  }
}
