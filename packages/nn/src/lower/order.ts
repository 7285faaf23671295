// The passes between a network as it was written and the step that runs, in their order.
import type { Choose } from "../grad/formulations/formulation.ts";
import type { Tensor } from "../graph/node.ts";
import { blockChannels } from "./blocked/block-channels.ts";
import { blockOutputs } from "./blocked/block-outputs.ts";
import type { Blocks } from "./blocked/convolution.ts";
import { fuseBlocked } from "./blocked/fuse-blocked.ts";
import { commutePooling } from "./commute-pooling.ts";
import { expandGelu } from "./expand-gelu.ts";
import { expandRecurrent } from "./expand-recurrent.ts";
import { phasePooling, phasesPay } from "./phase-pooling.ts";

/** What a step is lowered for. */
export interface Target {
  /** The tensors whose gradients will be asked for. */
  readonly trained: readonly Tensor[];
  readonly choose: Choose;
  /** Channels in a block of the layout that convolutions run in; undefined where they run in the plain layout. */
  readonly block: number | undefined;
}

type Pass = (tensors: readonly Tensor[], target: Target) => readonly Tensor[];

/** A pass for machines whose runtime has blocks. */
const inBlocks =
  (pass: (tensors: readonly Tensor[], blocks: Blocks) => readonly Tensor[]): Pass =>
  (tensors, { block, choose }) =>
    block === undefined ? tensors : pass(tensors, { block, choose });

/** On the forward graph: its gradients are then those of what runs. */
const beforeGradients: readonly Pass[] = [
  // Before all others, which then see what a recurrent operator is made of.
  (tensors, { trained }) => expandRecurrent(tensors, trained),
  // Before phasePooling, which looks for a convolution right in front of a pool.
  commutePooling,
  (tensors) => phasePooling(tensors, phasesPay),
  expandGelu,
  // Before blockOutputs, which would reorder what can stay in blocks beside other convolutions.
  inBlocks(blockChannels),
  inBlocks(blockOutputs),
];

/** On the whole step: nodes that only carried a gradient given by hand have done their work. */
const afterGradients: readonly Pass[] = [inBlocks((tensors, { block }) => fuseBlocked(tensors, block))];

const inOrder = (passes: readonly Pass[], tensors: readonly Tensor[], target: Target): readonly Tensor[] =>
  passes.reduce((now, pass) => pass(now, target), tensors);

/** The same values, up to the order of additions, as they are to be differentiated. */
export function lowerForward(tensors: readonly Tensor[], target: Target): readonly Tensor[] {
  return inOrder(beforeGradients, tensors, target);
}

/** The same values, up to the order of additions: a lowered forward graph, its gradients and the update, as they run. */
export function lowerStep(tensors: readonly Tensor[], target: Target): readonly Tensor[] {
  return inOrder(afterGradients, tensors, target);
}
