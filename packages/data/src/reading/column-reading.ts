// How the raw values of one column are read: decided once, at training, and kept with the model.
import type { ColumnType } from "../column-type.ts";
import { customaryMissing } from "./missing-spellings.ts";

export type DecimalMark = "point" | "comma";
export type ThousandsMark = "none" | "comma" | "point" | "blank" | "apostrophe";
/** The order in dates of digits; a year of four digits that stands first is read in either. */
export type DateOrder = "year-first" | "day-first" | "month-first";
/** What a number, or a text of digits alone, is in a column of times: since 1970 UTC, or a date as 20240228. */
export type DateDigits = "milliseconds" | "seconds" | "yyyymmdd";

/** Plain JSON. A field that does not belong to the type is absent, or means nothing. */
export interface ColumnReading {
  readonly type: ColumnType;
  /**
   * Spellings of a missing value beside null and blanks, compared without outer blanks. In a column of numbers a
   * spelling that is a number means every spelling of that number.
   */
  readonly missing: readonly string[];
  /** Numbers. Default "point". */
  readonly decimal?: DecimalMark;
  /** Numbers. Default "none". */
  readonly thousands?: ThousandsMark;
  /** Numbers: the currency marks that may stand before or after the digits. Default none. */
  readonly currency?: readonly string[];
  /** Numbers: whether a per cent sign may stand behind; 12 % is 12. Default false. */
  readonly percent?: boolean;
  /** Strings: why digits are no numbers here, "digits with zeros ahead" or "whole numbers beyond 2^53". */
  readonly codes?: string;
  /** Times. Default "year-first". */
  readonly dates?: DateOrder;
  /** Times. Default "milliseconds". */
  readonly digits?: DateDigits;
}

/** The reading of a column of which nothing else is known: customary spellings, decimal points, ISO 8601. */
export function customaryReading(type: ColumnType): ColumnReading {
  return { type, missing: customaryMissing };
}

/** The reading of values that stand in memory: blanks alone are missing, "NA" is a word like others. */
export function literalReading(type: ColumnType): ColumnReading {
  return { type, missing: [] };
}
