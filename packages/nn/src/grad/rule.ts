// What a gradient rule is given and gives back, and the inverse of broadcasting.
import type { Tensor } from "../graph/node.ts";
import { expand, like, reduceSum, reshape, shapeOf } from "../graph/operators.ts";
import type { Shape } from "../shape.ts";
import { sameShape } from "../shape.ts";
import type { Choose } from "./formulations/formulation.ts";

/** One application seen from behind. */
export interface Backward {
  /** The application's inputs. */
  readonly inputs: readonly Tensor[];
  /** Its first output. */
  readonly output: Tensor;
  /** All its outputs. */
  readonly outputs: readonly Tensor[];
  /** Gradient of the loss with respect to the first output. */
  readonly gradient: Tensor;
  /** Gradients of every output; undefined where the loss does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Whether anyone needs the gradient of each input; what a rule gives for the others is not used. */
  readonly wanted: readonly boolean[];
  /** Picks between several ways to write a gradient. */
  readonly choose: Choose;
  /** The reverse walk on another graph, for operators that hold one; undefined where nothing depends on a tensor. */
  readonly pullBack: (seeds: readonly Seed[], wrt: readonly Tensor[]) => readonly (Tensor | undefined)[];
}

/** A tensor and the gradient of the loss with respect to it. */
export interface Seed {
  readonly tensor: Tensor;
  readonly gradient: Tensor;
}

/** Gradients of the inputs, in their order; undefined where there is none (indices, conditions, shapes). */
export type Rule = (backward: Backward) => readonly (Tensor | undefined)[];

/** Sums `gradient` back to the shape of `target`, which was broadcast to the gradient's shape. */
export function unbroadcast(gradient: Tensor, target: Tensor): Tensor {
  if (sameShape(gradient.shape, target.shape)) return gradient;
  const axes = broadcastAxes(gradient.shape, target.shape);
  const lead = gradient.shape.length - target.shape.length;
  const summed = axes.length === 0 ? gradient : reduceSum(gradient, axes, lead === 0);
  return sameShape(summed.shape, target.shape) ? summed : reshape(summed, shapeOf(target));
}

function broadcastAxes(from: Shape, to: Shape): readonly number[] {
  const lead = from.length - to.length;
  return [...from.keys()].filter((axis) => axis < lead || (to[axis - lead] === 1 && from[axis] !== 1));
}

/** Zeros in the shape of a tensor, whose sizes may be symbolic. */
export function zerosLike(tensor: Tensor): Tensor {
  return expand(like(0, tensor), shapeOf(tensor));
}
