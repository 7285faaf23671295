// Real numbers as integers modulo 2^64, so that sums are exact and masks cancel to the last bit.
import { MlError } from "../errors.ts";

export interface FixedPoint {
  /** Binary digits after the point: the step is 2^-fractionBits. Default 24. */
  readonly fractionBits?: number;
  /** How many vectors will be summed: each value must leave room for that. */
  readonly participants: number;
}

/** Rounds to fixed point, negatives as two's complement. Throws mask-range when a sum could wrap round. */
export function toFixedPoint(values: ArrayLike<number>, options: FixedPoint): BigUint64Array<ArrayBuffer> {
  const { fractionBits = 24, participants } = options;
  const scale = 2 ** fractionBits;
  const limit = 2 ** 62 / (scale * participants);
  return BigUint64Array.from({ length: values.length }, (_, i) => {
    const value = values[i]!;
    if (Math.abs(value) <= limit) return BigInt.asUintN(64, BigInt(Math.round(value * scale)));
    throw new MlError(
      "mask-range",
      `The value ${value} at position ${i} is beyond ±${limit} for ${participants} participants.`,
      "Clip updates to a norm first, or use fewer fraction bits.",
    );
  });
}

/** A sum of fixed-point vectors as real numbers. */
export function fromFixedPoint(sum: BigUint64Array, fractionBits = 24): Float64Array {
  return Float64Array.from(sum, (value) => Number(BigInt.asIntN(64, value)) / 2 ** fractionBits);
}
