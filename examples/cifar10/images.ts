// Small labelled pictures as bytes, and how networks take them.
import type { Examples } from "@lepta/nn";

/** Side of a picture in pixels. */
export const side = 32;
/** Bytes of a picture: red, green and blue, each row by row. */
export const pictureBytes: number = 3 * side * side;

export interface Pictures {
  readonly count: number;
  /** [count, 3, side, side], 0 to 255. */
  readonly pixels: Uint8Array;
  /** The class of each picture, from 0. */
  readonly labels: Uint8Array;
}

export interface DataSet {
  readonly train: Pictures;
  readonly test: Pictures;
  readonly classes: readonly string[];
}

export function takePictures({ pixels, labels }: Pictures, chosen: readonly number[]): Pictures {
  const taken = new Uint8Array(chosen.length * pictureBytes);
  for (const [i, own] of chosen.entries()) {
    taken.set(pixels.subarray(own * pictureBytes, (own + 1) * pictureBytes), i * pictureBytes);
  }
  return { count: chosen.length, pixels: taken, labels: Uint8Array.from(chosen, (own) => labels[own] as number) };
}

/** A byte taken to -1 … 1: mean and deviation of 0.5 become 0 and 1. */
export const normalise = (value: number): number => (value / 255 - 0.5) / 0.5;

/** All pictures normalised, [count, 3, side, side], with their classes. */
export function normalised({ count, pixels, labels }: Pictures): Examples {
  const data = Float32Array.from(pixels, normalise);
  return {
    inputs: { data, shape: [count, 3, side, side] },
    target: { data: BigInt64Array.from(labels, BigInt), shape: [count] },
  };
}
