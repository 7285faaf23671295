// Small labelled pictures as a data set, and how networks take them.
import { type Batch, fromArrays, type MemoryDataset, wholeBatch } from "@lepta/data";
import type { Examples } from "@lepta/nn";

/** Side of a picture in pixels. */
export const side = 32;
/** Bytes of a picture: red, green and blue, each row by row. */
export const pictureBytes: number = 3 * side * side;

export interface DataSet {
  readonly train: MemoryDataset;
  readonly test: MemoryDataset;
  readonly classes: readonly string[];
}

/**
 * A data set of the columns `pixels`, [3, side, side] a picture, and `label`, its class from 0.
 * @param pixels [count, 3, side, side], 0 to 255
 */
export function pictures(pixels: Uint8Array, labels: Uint8Array): MemoryDataset {
  const count = labels.length;
  return fromArrays({
    pixels: { data: pixels, shape: [count, 3, side, side] },
    label: { data: labels, shape: [count] },
  });
}

/** The pixels of a batch of pictures. */
export const pixelsIn = (batch: Batch): Uint8Array => batch.pixels?.data as Uint8Array;
/** The classes of a batch of pictures. */
export const labelsIn = (batch: Batch): Uint8Array => batch.label?.data as Uint8Array;

/** A byte taken to -1 … 1: mean and deviation of 0.5 become 0 and 1. */
export const normalise = (value: number): number => (value / 255 - 0.5) / 0.5;

/** A batch of pictures as a network takes it. @param data [count, 3, side, side] */
export function examplesOf(batch: Batch, data: Float32Array): Examples {
  const labels = labelsIn(batch);
  return {
    inputs: { data, shape: [labels.length, 3, side, side] },
    target: { data: BigInt64Array.from(labels, BigInt), shape: [labels.length] },
  };
}

/** All pictures normalised, [count, 3, side, side], with their classes. */
export function normalised(all: MemoryDataset): Examples {
  const batch = wholeBatch(all);
  return examplesOf(batch, Float32Array.from(pixelsIn(batch), normalise));
}
