// A column before it is read: its plain numbers as figures, all other cells as text.

/** A source that has types tells them; a CSV has none. */
export type SourceKind = "number" | "boolean" | "timestamp" | "string" | undefined;

/** Counts over the cells that are plain numbers: digits, a decimal point, an exponent. */
export interface PlainNumbers {
  readonly count: number;
  /** Cells with a decimal point. */
  readonly pointed: number;
  /** Of those, cells such as 1.234 and 12.345, which are thousands in some countries. */
  readonly grouped: number;
  /** Whole numbers with a zero ahead: 0123. */
  readonly leadingZeros: number;
  /** Whole numbers beyond 2^53. */
  readonly wide: number;
  /** Shortest and longest text, in characters. */
  readonly shortest: number;
  readonly longest: number;
  /** Cells of the most frequent length; of columns with leading zeros alone. */
  readonly sameLength: number;
  /** Different texts, estimated. */
  readonly different: number;
}

export interface RawColumn {
  readonly name: string;
  readonly kind: SourceKind;
  readonly plain: PlainNumbers;
  /** Every other text that is not empty, as it stands, and in how many cells. */
  readonly others: ReadonlyMap<string, number>;
}

export const noPlainNumbers: PlainNumbers = {
  count: 0,
  pointed: 0,
  grouped: 0,
  leadingZeros: 0,
  wide: 0,
  shortest: 0,
  longest: 0,
  sameLength: 0,
  different: 0,
};
