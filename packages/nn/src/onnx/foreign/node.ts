// A node as it stands in a file, and what the adapters of foreign operators ask of it.
import { NnError } from "../../errors.ts";
import type { Attributes, Tensor } from "../../graph/node.ts";

/** A node as it stands in a file. */
export interface ForeignNode {
  readonly op: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  readonly outputCount: number;
  /** The version of the operator set that the file uses. */
  readonly version: number;
}

/** The node's outputs in operators of the catalogue, or what is left of it after its form has been brought up to date. */
export type Adapted = { readonly outputs: readonly Tensor[] } | { readonly node: ForeignNode };
export type Adapter = (node: ForeignNode) => Adapted;

/** Input `index`; throws `model-file-invalid` where it is missing. */
export function first(node: ForeignNode, index: number): Tensor {
  const tensor = node.inputs[index];
  if (tensor !== undefined) return tensor;
  throw refuse(node, `its input ${index} is missing`);
}

/** All inputs; throws `model-file-invalid` where one is missing. */
export function all(node: ForeignNode): readonly Tensor[] {
  return node.inputs.map((_, i) => first(node, i));
}

/** The error of a node that is not read in its form. */
export function refuse(
  { op }: ForeignNode,
  why: string,
  fix = "Export the model for inference, with operator set 18 or later.",
): NnError {
  return new NnError("model-file-invalid", `Node ${op} cannot be read: ${why}.`, fix);
}
