// A metric's value with its interval, or with the reason why there is none.

/** A value with its 95 % interval. Plain JSON. */
export type Interval = {
  readonly value: number;
  /** null where the rows are too few, or too much alike, to say; `reason` then says why. */
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: string;
};

/** Both ends of an interval. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What chance draws: rows, or groups of rows. */
export interface Sample {
  /** Small whole numbers from 0 on, one a row: rows of one number were drawn together. Default: each row by itself. */
  readonly groups?: Int32Array | undefined;
  /** Of what is simulated. */
  readonly seed: number;
}

/** How often the intervals hold the truth. */
export const level = 0.95;

/** The interval with its value inside, or the reason that there is none. */
export function intervalOf(value: number, bounds: Bounds | string): Interval {
  if (typeof bounds === "string") return { value, low: null, high: null, reason: bounds };
  return { value, low: Math.min(bounds.low, value), high: Math.max(bounds.high, value) };
}

export function tooFew({ groups }: Sample): string {
  return groups === undefined ? "one row is too few to say" : "one group is too few to say";
}
