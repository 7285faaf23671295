// What a caller says about the reading of a table, for all of its columns and for each.

import type { ColumnType } from "../column-type.ts";
import { DataError } from "../errors.ts";
import type { ColumnReading, DateOrder, DecimalMark, ThousandsMark } from "./column-reading.ts";
import { customaryMissing } from "./missing-spellings.ts";

export interface ReadingOptions {
  /**
   * Spellings of a missing value beside the customary ones. An empty spelling takes the customary ones away: `[""]`
   * leaves blanks alone, `["", "x"]` leaves blanks and "x".
   */
  readonly na?: readonly (string | number)[];
  /** Default: as the column's values have it. */
  readonly decimal?: DecimalMark;
  /** Default: as the column's values have it. */
  readonly thousands?: ThousandsMark;
  /** The order in dates of digits. Default: as the column's values have it. */
  readonly dates?: DateOrder;
}

export interface TableReading extends ReadingOptions {
  /** Where a column differs, by its name. */
  readonly columns?: Readonly<Record<string, ReadingOptions & { readonly type?: ColumnType }>>;
}

export const decimalMarks: readonly DecimalMark[] = ["point", "comma"];
export const thousandsMarks: readonly ThousandsMark[] = ["none", "comma", "point", "blank", "apostrophe"];
export const dateOrders: readonly DateOrder[] = ["year-first", "day-first", "month-first"];

/** The options of one column: its own before the table's. Throws `invalid-option` where both marks are the same. */
export function optionsOf(name: string, table: TableReading = {}): ReadingOptions & { readonly type?: ColumnType } {
  const { columns, ...all } = table;
  const own = columns !== undefined && Object.hasOwn(columns, name) ? columns[name]! : {};
  const merged = {
    ...all,
    ...own,
    ...(all.na === undefined && own.na === undefined ? {} : { na: joined(all.na, own.na) }),
  };
  if (merged.decimal !== undefined && merged.decimal === merged.thousands)
    throw new DataError(
      "invalid-option",
      `column "${name}": the decimal mark and the thousands mark are both a ${merged.decimal}`,
      "Give two different marks.",
    );
  return merged;
}

function joined(
  all: readonly (string | number)[] = [],
  own: readonly (string | number)[] = [],
): readonly (string | number)[] {
  return own.includes("") ? own : [...all, ...own];
}

/** The spellings of a missing value that options leave. */
export function missingSpellings(
  { na = [] }: ReadingOptions,
  customary: readonly string[] = customaryMissing,
): string[] {
  const own = na.map(String);
  return [...new Set([...(own.includes("") ? [] : customary), ...own.filter((spelling) => spelling.trim() !== "")])];
}

/** A model's reading where a file is written in another way: what the options say stands in its place. */
export function rewritten(reading: ColumnReading, options: ReadingOptions): ColumnReading {
  const { na, decimal, thousands, dates } = options;
  return {
    ...reading,
    ...(na === undefined ? {} : { missing: missingSpellings(options, reading.missing) }),
    ...(decimal === undefined ? {} : { decimal }),
    // The model's own thousands mark may be this file's decimal mark.
    ...(thousands === undefined
      ? decimal === reading.thousands && decimal !== undefined
        ? { thousands: "none" }
        : {}
      : { thousands }),
    ...(dates === undefined ? {} : { dates }),
  };
}
