// Random flips, shifts and cut-outs of the training pictures, other ones in every epoch.
import { type MappedRows, type MemoryDataset, mapBatches } from "@lepta/data";
import type { Examples, Rng, SourceContext } from "@lepta/nn";
import { examplesOf, normalise, pictureBytes, pixelsIn, side } from "./images.ts";

export interface AugmentOptions {
  /** The farthest shift in pixels, in each direction (default 4). */
  readonly shift?: number;
  /** Side of the square that is set to 0 (default 8; 0 for none). */
  readonly cut?: number;
}

/**
 * The pictures normalised, each mirrored at random, shifted (zeros come in) and with a square set to 0 (DeVries and
 * Taylor 2017). Batches are made while the engine computes.
 */
export function augmented(pictures: MemoryDataset, options: AugmentOptions = {}): MappedRows<Examples, SourceContext> {
  return mapBatches(pictures, (batch, { random }: SourceContext) => {
    const pixels = pixelsIn(batch);
    const data = new Float32Array(pixels.length);
    for (let at = 0; at < data.length; at += pictureBytes)
      augment(pixels.subarray(at, at + pictureBytes), data.subarray(at, at + pictureBytes), random, options);
    return examplesOf(batch, data);
  });
}

function augment(picture: Uint8Array, to: Float32Array, random: Rng, { shift = 4, cut = 8 }: AugmentOptions): void {
  const mirrored = random.integer(2) === 1;
  const [down, right] = [shift - random.integer(2 * shift + 1), shift - random.integer(2 * shift + 1)];
  // The square's corner; the square may stand out of the picture by half.
  const half = Math.floor(cut / 2);
  const [top, left] = [random.integer(side) - half, random.integer(side) - half];
  const isCut = (place: number, from: number): boolean => place >= from && place < from + cut;
  for (let row = Math.max(0, down); row < side + Math.min(0, down); row++) {
    for (let column = Math.max(0, right); column < side + Math.min(0, right); column++) {
      if (isCut(row, top) && isCut(column, left)) continue;
      const x = column - right;
      const from = (row - down) * side + (mirrored ? side - 1 - x : x);
      for (let plane = 0; plane < pictureBytes; plane += side * side)
        to[plane + row * side + column] = normalise(picture[plane + from] as number);
    }
  }
}
