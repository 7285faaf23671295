// What a forward graph goes through before it is differentiated.
import type { Tensor } from "../node.ts";
import { commutePooling } from "./commute-pooling.ts";
import type { PooledConvolution } from "./phase-pooling.ts";
import { phasePooling } from "./phase-pooling.ts";

/** The same values, written so that they and their gradients take less time. */
export function preparePooling(tensors: readonly Tensor[]): readonly Tensor[] {
  return phasePooling(commutePooling(tensors), phasesPay);
}

/**
 * Whether the multiplications by zeros, which grow with the channels, cost less than what the pool saves. Measured on
 * LeNet (5×5 kernels): with 3 channels a whole step takes 0.8 of the time, with 6 channels 1.15.
 */
function phasesPay({ into, tile }: PooledConvolution): boolean {
  return tile === 2 && into <= 4;
}
