// The immutable graph node and the edge between nodes; nodes are built by functions and never patched.
import type { DType, TensorData } from "../dtype.ts";
import { checkTensorData, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Shape } from "../shape.ts";

/** Element type and shape of one value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The value of an operator's attribute; the catalogue says which kind each name takes. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | TensorData
  | Graph;
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator application. `op` "Input" and "Constant" are the two leaves. */
export interface Node {
  readonly op: string;
  /** Name of an input, or a name wished for the first output; otherwise values are numbered on encoding. */
  readonly name: string | undefined;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  /** One entry an output, as the catalogue inferred it. */
  readonly outputs: readonly ValueType[];
  /** The data of a "Constant". */
  readonly data: TensorData | undefined;
  /** Set where a gradient was given by hand; no part of the ONNX file. */
  readonly customGradient?: OwnGradient;
}

/** A gradient given by hand: it takes the place of those of all operators between `inputs` and the node's output. */
export interface OwnGradient {
  /** All tensors that the rule reads. */
  readonly inputs: readonly Tensor[];
  readonly rule: CustomGradient;
}

/**
 * Gradients of `inputs`, in their order, from the output's; undefined where there is none. `wanted` says of each input
 * whether anyone needs its gradient; what the rule gives for the others is not used.
 */
export type CustomGradient = (
  gradient: Tensor,
  inputs: readonly Tensor[],
  output: Tensor,
  wanted: readonly boolean[],
) => readonly (Tensor | undefined)[];

/** A symbolic tensor: output `index` of `node`. Immutable; every function on it gives a new one. */
export interface Tensor {
  readonly node: Node;
  readonly index: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A closed, topologically ordered graph with named inputs and outputs. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly constants: readonly Tensor[];
  /** Operator nodes; every node stands after the nodes that it reads. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
}

interface GraphOutput {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Output `index` of `node` as a tensor. */
export function outputOf(node: Node, index = 0): Tensor {
  const type = node.outputs[index];
  if (type === undefined) {
    throw new NnError(
      "graph-invalid",
      `${node.op} has ${node.outputs.length} outputs; output ${index} was asked for.`,
      "Ask for an output that the operator has.",
    );
  }
  return Object.freeze({ node, index, dtype: type.dtype, shape: type.shape });
}

/** A named graph input. Dimensions may be names, for example `["N", 4]`. */
export function inputNode(name: string, dtype: DType, shape: Shape): Tensor {
  if (name === "") {
    throw new NnError("graph-invalid", "A graph input has an empty name.", "Name every input.");
  }
  return leaf("Input", name, { dtype, shape: Object.freeze([...shape]) }, undefined);
}

/** A tensor whose data are stored in the graph. The data are kept, not copied: do not write to them afterwards. */
export function constantNode(data: TensorData, name?: string): Tensor {
  checkTensorData(data, "constant");
  return leaf("Constant", name, { dtype: dtypeOf(data), shape: Object.freeze([...data.shape]) }, data);
}

function leaf(op: string, name: string | undefined, type: ValueType, data: TensorData | undefined): Tensor {
  return outputOf(
    Object.freeze({ op, name, inputs: [], attributes: {}, outputs: Object.freeze([Object.freeze(type)]), data }),
  );
}

/** Settings of operators (axes, sizes, amounts) are no longer lists than this. */
const mostSettings = 2 ** 16;

/** The numbers of a constant tensor (int64 as numbers); undefined when it is no numeric constant, or a long one. */
export function constantNumbers(tensor: Tensor | undefined): readonly number[] | undefined {
  const data = tensor?.node.data?.data;
  if (data === undefined || Array.isArray(data) || data.length > mostSettings) return undefined;
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
