// A Gaussian copula over mixed columns: learns each column's distribution and how the columns hang together, then
// draws new rows (Patki, Wedge and Veeramachaneni 2016, "The Synthetic Data Vault"). Categories are laid in the order of
// their names, so a tie that only another order would show is not kept.
import { DataError } from "../errors.ts";
import { rng } from "../random.ts";
import { correlation, normalCdf } from "../statistics.ts";
import { type Column, isNumeric, makeTable, type Table, takeRows } from "../table.ts";
import { cholesky } from "./cholesky.ts";
import { fitMarginal } from "./marginal.ts";

export interface Copula {
  /** Correlations of the columns' normal scores, row-major [columns, columns]. */
  readonly correlations: readonly Float64Array[];
  /**
   * New rows: the same seed gives the same. None equals a row that was learnt from; where a table has so few different
   * values that this cannot be met in fifty draws a row, throws `too-few-rows`. Throws `invalid-option`.
   */
  sample(count: number, options?: { readonly seed?: number }): Table;
}

/** Learns from a table of at least 10 rows. Throws `too-few-rows`. */
export function fitCopula(table: Table): Copula {
  if (table.rowCount < 10)
    throw new DataError("too-few-rows", `${table.rowCount} rows are too few to learn from`, "Give at least 10 rows.");
  const marginals = table.columns.map((column) => fitMarginal(column));
  // Repeated values blur their scores, and with them the correlation; dividing by the fidelity takes that back.
  const correlations = marginals.map((a, i) =>
    Float64Array.from(marginals, (b, j) => {
      if (i === j) return 1;
      const latent = correlation(a.scores, b.scores) / (a.fidelity * b.fidelity);
      return Math.max(-0.99, Math.min(0.99, latent));
    }),
  );
  const factor = cholesky(correlations);
  const known = new Set(table.rowHashes);

  const draw = (count: number, random: ReturnType<typeof rng>): Table => {
    const uniforms = table.columns.map(() => new Float64Array(count));
    for (let row = 0; row < count; row++) {
      const independent = Float64Array.from(table.columns, () => random.normal());
      factor.forEach((weights, c) => {
        let z = 0;
        for (let k = 0; k <= c; k++) z += weights[k]! * independent[k]!;
        uniforms[c]![row] = normalCdf(z);
      });
    }
    return makeTable(
      table.columns.map((column, c): Column => {
        const { value } = marginals[c]!;
        if (isNumeric(column)) return { ...column, data: uniforms[c]!.map((u) => value(u) as number) };
        return { ...column, data: Array.from(uniforms[c]!, (u) => value(u) as string) };
      }),
    );
  };

  return {
    correlations,
    sample(count, { seed = 0 } = {}) {
      if (!Number.isInteger(count) || count < 1)
        throw new DataError("invalid-option", `${count} rows cannot be drawn`, "Give a whole number of at least 1.");
      const random = rng(seed);
      let kept: Table | undefined;
      for (let round = 0; round < 50; round++) {
        const fresh = draw(count, random);
        const rows = fresh.rowHashes.flatMap((hash, row) => (known.has(hash) ? [] : [row]));
        const good = takeRows(fresh, rows);
        kept = kept === undefined ? good : append(kept, good);
        if (kept.rowCount >= count)
          return takeRows(
            kept,
            Int32Array.from({ length: count }, (_, row) => row),
          );
      }
      throw new DataError(
        "too-few-rows",
        `the table has so few different rows that ${count} new ones that copy none cannot be drawn`,
        "Give a table with more different values, or ask for fewer rows.",
      );
    },
  };
}

function append(a: Table, b: Table): Table {
  return makeTable(
    a.columns.map((column, c): Column => {
      const { data } = b.columns[c]!;
      if (!isNumeric(column)) return { ...column, data: [...column.data, ...(data as readonly string[])] };
      const joined = new Float64Array(a.rowCount + b.rowCount);
      joined.set(column.data);
      joined.set(data as Float64Array, a.rowCount);
      return { ...column, data: joined };
    }),
  );
}
