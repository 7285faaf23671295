// What DuckDB has read: a temporary table `loaded` with columns c0, c1, …, as VARCHAR or DOUBLE.
import { createHash } from "node:crypto";
import type { Duck, DuckColumn } from "../duck.ts";
import type { SourceKind } from "../reading/raw-column.ts";
import { codedTexts } from "./coded-texts.ts";
import type { Loaded } from "./loaded.ts";
import { type RawCells, rawColumns } from "./raw-columns.ts";

export interface DuckTable extends Omit<Loaded, "rowCount" | "cells" | "whole" | "keys"> {
  /** What the source itself tells of each column. */
  readonly kinds: readonly SourceKind[];
  /** Whether a column of `loaded` holds figures (DOUBLE; times in ms, booleans as 0 and 1) and no texts. */
  readonly native: readonly boolean[];
}

export async function duckLoaded(duck: Duck, { kinds, native, ...table }: DuckTable): Promise<Loaded> {
  const [counted] = await duck.rows("SELECT CAST(count(*) AS DOUBLE) AS n FROM loaded");
  const rowCount = Number(counted?.n);
  const cells = await rawColumns(duck, table.names, kinds, native, rowCount);
  return {
    ...table,
    rowCount,
    cells,
    whole: async (places) => {
      const unread = places.filter((at) => cells[at]!.raw === undefined);
      const read = unread.length === 0 ? [] : await columnsOf(duck, unread);
      return places.map((at) => codedTexts(cells[at]!.raw ?? (read[unread.indexOf(at)] as string[])));
    },
    keys: async (places) => {
      const keys = await rowKeys(duck, places(), cells, rowCount);
      return () => keys;
    },
  };
}

const columnsOf = (duck: Duck, places: readonly number[]): Promise<DuckColumn[]> =>
  duck.columns(`SELECT ${places.map((at) => `c${at}`).join(", ")} FROM loaded`);

/**
 * The keys of the rows of `loaded`; from the cells' texts where those are at hand, which is the same. (DuckDB's own
 * `hash` would be faster, but another version may compute it otherwise, and parts must outlive an update.)
 */
export async function rowKeys(
  duck: Duck,
  places: readonly number[],
  cells: readonly RawCells[],
  rowCount: number,
): Promise<Float64Array> {
  if (places.some((at) => cells[at]!.raw === undefined))
    return (await duck.columns(`SELECT ${rowKeySql(places, cells)} FROM loaded`))[0] as Float64Array;
  const texts = places.map((at) => cells[at]!.raw!);
  return Float64Array.from({ length: rowCount }, (_, row) => {
    let text = "";
    for (const column of texts) {
      const field = column[row]!;
      text += `\u001f${field.endsWith(".0") ? field.slice(0, -2) : field}`;
    }
    return upper53(
      createHash("md5")
        .update(texts.length === 0 ? "\u001f" : text)
        .digest(),
    );
  });
}

function rowKeySql(places: readonly number[], cells: readonly RawCells[]): string {
  const fields = places.map((i) => {
    // Columns in which no text ends so are spared the look.
    if (cells[i]!.pointZero === false) return `coalesce(c${i}, '')`;
    const text = `CAST(c${i} AS VARCHAR)`;
    return `coalesce(CASE WHEN ends_with(${text}, '.0') THEN left(${text}, length(${text}) - 2) ELSE ${text} END, '')`;
  });
  return `CAST(md5_number_upper(concat_ws(chr(31), '', ${fields.join(", ") || "''"})) >> 11 AS DOUBLE)`;
}

/** `md5_number_upper(…) >> 11`. */
function upper53(digest: Buffer): number {
  return digest.readUInt32LE(4) * 2 ** 21 + (digest.readUInt32LE(0) >>> 11);
}
