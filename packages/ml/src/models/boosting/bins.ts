// Features in bins of one byte: what histograms are made of.
import type { Matrix } from "../model.ts";

export interface Bins {
  readonly rows: number;
  readonly columns: number;
  /** Column-major [columns, rows]: the bin of each value. The bin behind a column's last is that of missing values (NaN). */
  readonly data: Uint8Array;
  /**
   * Upper edges of each column's bins but the last, ascending: a value is in bin b if it is at most edge b and above the
   * edge before. Each is exactly a float32 number, so that a runtime puts the same row on the same side.
   */
  readonly edges: readonly Float32Array[];
}

/** The bin of a column's missing values: with `edges.length + 1` bins of values before it. */
export function missingBin(edges: Float32Array): number {
  return edges.length + 1;
}

/** Most bins of the values of a column. */
const mostBins = 255;
/** Most values of a column that its quantiles are taken of. */
const mostValues = 200_000;

export function binsOf({ data, rows, columns }: Matrix): Bins {
  const bins = new Uint8Array(rows * columns);
  const edges: Float32Array[] = [];
  const step = Math.max(1, Math.ceil(rows / mostValues));
  const sampled = new Float32Array(Math.ceil(rows / step));
  for (let column = 0; column < columns; column++) {
    let count = 0;
    for (let row = 0; row < rows; row += step) {
      const value = data[row * columns + column]!;
      if (!Number.isNaN(value)) sampled[count++] = value;
    }
    const own = edgesOf(sampled.slice(0, count).sort());
    edges.push(own);
    const at = column * rows;
    for (let row = 0; row < rows; row++) bins[at + row] = binOf(own, data[row * columns + column]!);
  }
  return { rows, columns, data: bins, edges };
}

/** Half-way between neighbours; of more values than there are bins, between those at the quantiles. */
function edgesOf(sorted: Float32Array): Float32Array {
  const different: number[] = [];
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) different.push(sorted[i]!);
  if (different.length <= mostBins)
    return Float32Array.from(different.slice(1), (high, i) => between(different[i]!, high));
  const edges: number[] = [];
  for (let bin = 1; bin < mostBins; bin++) {
    const at = Math.floor((bin * sorted.length) / mostBins);
    let below = at - 1;
    while (below >= 0 && sorted[below] === sorted[at]) below--;
    if (below < 0) continue;
    const edge = between(sorted[below]!, sorted[at]!);
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return Float32Array.from(edges);
}

/** A float32 number of at least `low` and below `high`. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= low && middle < high ? middle : low;
}

function binOf(edges: Float32Array, value: number): number {
  if (Number.isNaN(value)) return missingBin(edges);
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
