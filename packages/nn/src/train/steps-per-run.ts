// How many steps one run of the engine takes when nobody says.
import { allocate } from "../dtype.ts";
import { topological } from "../graph/build.ts";
import { multiplyAddsOf } from "../graph/multiply-adds.ts";
import { sizeOf } from "../shape.ts";
import type { Evaluated } from "./forward.ts";
import { forwardPass } from "./forward.ts";

/** About 20 ms of products on one core: what a call costs (some 0.3 ms) counts little, and the loop stays responsive. */
const mostMultiplyAdds = 1e9;
/** Batches of up to three runs are in memory. */
const mostBytes = 2 ** 26;
const mostSteps = 64;

/**
 * Steps a run for batches of `batchSize`: many for a small network on small examples, one for a large. A step's
 * products are three times those of its forward pass.
 */
export function stepsPerRunOf(evaluated: Evaluated, batchSize: number): number {
  const nodes = topological([forwardPass(evaluated, batchSize).loss]);
  const forward = nodes.reduce((sum, node) => sum + multiplyAddsOf(node), 0);
  const bytes = evaluated.arrays.reduce(
    (sum, { dtype, shape }) => sum + batchSize * sizeOf(shape) * allocate(dtype, 0).BYTES_PER_ELEMENT,
    0,
  );
  const fits = Math.min(mostMultiplyAdds / Math.max(1, 3 * forward), mostBytes / Math.max(1, bytes));
  return Math.min(mostSteps, Math.max(1, Math.floor(fits)));
}
