// Formulations: the several ways to write one gradient, when each is valid, and how one of them is chosen.
import { NnError } from "../../errors.ts";
import type { Tensor } from "../../graph/node.ts";
import type { Window } from "../../graph/window.ts";
import { formatShape, isStatic } from "../../shape.ts";

/** What a gradient over windows is written from. */
export interface Workload {
  /** The tensors that the family's formulations read, in the family's order. */
  readonly tensors: readonly Tensor[];
  readonly window: Window;
  readonly groups: number;
  /** Shape of the result. */
  readonly result: readonly number[];
}

/** What a formulation costs, for the model that chooses by shape. */
export interface WorkEstimate {
  /** Multiply-adds of its products, zeros included. */
  readonly products: number;
  /** Elements that it copies, or passes through elementwise operators. */
  readonly moved: number;
  /** Operators that it runs. */
  readonly operators: number;
}

/** Time of a formulation by its work: nanoseconds an operator, a multiply-add and an element that is moved. */
export interface Cost {
  readonly operator: number;
  readonly product: number;
  readonly moved: number;
}

export interface Formulation {
  readonly name: string;
  readonly valid: (workload: Workload) => boolean;
  readonly write: (workload: Workload) => Tensor;
  readonly work: (workload: Workload) => WorkEstimate;
}

/** All ways to write one gradient. The last formulation is always valid. */
export interface Family {
  readonly name: "conv-weight" | "conv-input" | "max-pool" | "average-pool";
  readonly formulations: readonly Formulation[];
}

/** Picks one of `valid`, which has at least two entries. */
export type Choose = (family: Family, workload: Workload, valid: readonly Formulation[]) => Formulation;

/** Writes the gradient in the way that `choose` picks. */
export function writeChosen(family: Family, workload: Workload, choose: Choose): Tensor {
  const valid = family.formulations.filter((own) => own.valid(workload));
  const picked = valid.length === 1 ? valid[0] : choose(family, workload, valid);
  return (picked as Formulation).write(workload);
}

/** A key that is equal for workloads of equal shapes and windows. */
export function workloadKey(family: Family, { tensors, window, groups }: Workload): string {
  const { kernel, strides, dilations, before, after } = window;
  const sizes = tensors.map(({ shape }) => shape.join("x")).join(" ");
  return `${family.name} ${sizes} k${kernel} s${strides} d${dilations} p${before},${after} g${groups}`;
}

/** The sizes of a tensor, which must be known. Throws `no-gradient`. */
export function knownSizes(tensor: Tensor, op: string): readonly number[] {
  if (isStatic(tensor.shape)) return tensor.shape;
  throw new NnError(
    "no-gradient",
    `The gradient of ${op} needs known sizes; a tensor has shape ${formatShape(tensor.shape)}.`,
    "Build the training graph with a fixed batch size.",
  );
}
