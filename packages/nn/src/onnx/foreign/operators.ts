// Nodes of older operator sets, and operators outside the catalogue that can be written in it exactly.
import { floatTypes, numbersToData } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { apply, applyAll } from "../../graph/apply.ts";
import { einsum } from "../../graph/einsum.ts";
import type { Attribute, Tensor } from "../../graph/node.ts";
import { constantNode, constantNumbers } from "../../graph/node.ts";
import {
  add,
  cast,
  div,
  int64s,
  like,
  mul,
  reduceSum,
  reshape,
  scalar,
  transpose,
  where,
} from "../../graph/operators.ts";
import { knownIntegers, shapeValue } from "../../graph/shape-value.ts";
import type { Shape } from "../../shape.ts";
import { formatShape, isStatic, normalizeAxis, sizeOf } from "../../shape.ts";
import { writtenAttention, writtenRmsNormalization } from "./attention.ts";
import { withPads } from "./automatic-padding.ts";
import type { Adapted, Adapter, ForeignNode } from "./node.ts";
import { all, first, refuse } from "./node.ts";

/** Operator sets of ai.onnx that are read. From 13 on most inputs are as they are now; the others are adapted here. */
export const readVersions: Readonly<Record<string, readonly [oldest: number, newest: number]>> = {
  "": [13, 23],
  "ai.onnx.ml": [1, 5],
  "com.microsoft": [1, 1],
};

/** Brings a node of an older operator set, or of an operator outside the catalogue, into the catalogue's operators. */
export function adapt(node: ForeignNode): Adapted {
  const adapter = Object.hasOwn(adapters, node.op) ? adapters[node.op] : undefined;
  return adapter === undefined ? { node } : adapter(node);
}

const adapters: Readonly<Record<string, Adapter>> = {
  Constant: ({ attributes }) => {
    const [name, value] = Object.entries(attributes)[0] ?? [];
    return { outputs: [constantNode(constantData(name, value))] };
  },
  ConstantOfShape: (node) => {
    const { value } = node.attributes;
    const filling =
      typeof value === "object" && "data" in value ? constantNode({ ...value, shape: [] }) : scalar(0, "float32");
    return { outputs: [apply("Expand", [filling, first(node, 0)])] };
  },
  // In inference, which is what files describe, dropout is the identity.
  Dropout: (node) => {
    if (node.outputCount > 1) throw refuse(node, "its mask is an output");
    const training = node.inputs[2] === undefined ? 0 : knownIntegers(node.inputs[2])?.[0];
    if (training === undefined) throw refuse(node, "whether it is set to training is known only when it runs");
    if (training !== 0) throw refuse(node, "it is set to training");
    return { outputs: [apply("Identity", [first(node, 0)])] };
  },
  Flatten: (node) => ({ outputs: [flatten(node)] }),
  Sum: (node) => ({ outputs: [all(node).reduce(add)] }),
  Mean: (node) => {
    const sum = all(node).reduce(add);
    return { outputs: [div(sum, like(node.inputs.length, sum))] };
  },
  // ONNX Runtime has no kernel for doubles.
  PRelu: (node) => {
    const x = first(node, 0);
    if (x.dtype !== "float64") return { node };
    return { outputs: [where(apply("Greater", [x, like(0, x)]), x, mul(first(node, 1), x))] };
  },
  // The exponent may have an element type of its own.
  Pow: (node) => {
    const [base, exponent] = [first(node, 0), first(node, 1)];
    if (base.dtype === exponent.dtype || !floatTypes.has(base.dtype)) return { node };
    const data = exponent.node.data;
    const known = constantNumbers(exponent);
    const written =
      data === undefined || known === undefined || base.dtype === "float16"
        ? cast(exponent, base.dtype)
        : constantNode(numbersToData(known, data.shape, base.dtype));
    return { outputs: [apply("Pow", [base, written])] };
  },
  Selu: (node) => {
    const { alpha = 1.6732632423543772, gamma = 1.0507009873554805 } = node.attributes;
    const x = first(node, 0);
    return { outputs: [mul(apply("Elu", [x], { alpha }), like(Number(gamma), x))] };
  },
  Celu: (node) => {
    const { alpha = 1 } = node.attributes;
    const scale = like(Number(alpha), first(node, 0));
    return { outputs: [mul(apply("Elu", [div(first(node, 0), scale)]), scale)] };
  },
  Softsign: (node) => {
    const x = first(node, 0);
    return { outputs: [div(x, add(apply("Abs", [x]), like(1, x)))] };
  },
  ReduceSum: axesAsInput,
  ReduceMean: axesAsInput,
  ReduceMax: axesAsInput,
  ReduceMin: axesAsInput,
  ReduceProd: axesAsInput,
  ReduceLogSumExp: axesAsInput,
  ReduceL1: (node) => reduceOf(node, apply("Abs", [first(node, 0)])),
  ReduceSumSquare: (node) => reduceOf(node, mul(first(node, 0), first(node, 0))),
  ReduceL2: (node) => {
    const squares = reduceOf(node, mul(first(node, 0), first(node, 0)));
    return { outputs: [apply("Sqrt", [squares.outputs[0] as Tensor])] };
  },
  ReduceLogSum: (node) => ({ outputs: reduceOf(node, first(node, 0)).outputs.map((sum) => apply("Log", [sum])) }),
  LpNormalization: (node) => ({ outputs: [overNorm(node)] }),
  // By ONNX a list without axes drops none.
  Squeeze: (node) => {
    if (node.inputs[1]?.shape[0] !== 0) return { node };
    return { outputs: [apply("Identity", [first(node, 0)])] };
  },
  Resize: resized,
  Split: (node) => {
    const { num_outputs = node.outputCount, ...attributes } = node.attributes;
    if (node.inputs[1] !== undefined) return { node };
    const { shape } = first(node, 0);
    const axis = normalizeAxis(typeof attributes.axis === "number" ? attributes.axis : 0, shape.length, "Split");
    const size = shape[axis];
    if (typeof size !== "number") throw refuse(node, `the size of axis ${axis} of ${formatShape(shape)} is not known`);
    if (num_outputs !== node.outputCount) throw refuse(node, `of ${num_outputs} outputs ${node.outputCount} are named`);
    const part = Math.ceil(size / node.outputCount);
    const sizes = Array.from({ length: node.outputCount }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
    return { node: { ...node, inputs: [node.inputs[0], int64s(sizes)], attributes } };
  },
  Reshape: (node) => {
    if (node.attributes.allowzero === 1 && shapeValue(node.inputs[1])?.includes(0))
      throw refuse(node, "it makes a size zero (allowzero)");
    const { allowzero: _, ...attributes } = node.attributes;
    return { node: { ...node, attributes } };
  },
  // Until version 21 scale and bias counted groups, not channels.
  GroupNormalization: (node) => {
    if (node.version < 21) throw refuse(node, `in version ${node.version} it scales groups, not channels`);
    return { node };
  },
  Attention: (node) => ({ outputs: [writtenAttention(node)] }),
  RMSNormalization: (node) => ({ outputs: [writtenRmsNormalization(node)] }),
  Size: (node) => ({ outputs: [apply("ReduceProd", [apply("Shape", [first(node, 0)])], { keepdims: 0 })] }),
  CastLike: (node) => ({ outputs: [cast(first(node, 0), first(node, 1).dtype)] }),
  Einsum: (node) => ({ outputs: [einsum(equationOf(node), ...all(node))] }),
  AveragePool: withPads,
  Conv: withPads,
  ConvTranspose: withPads,
  MaxPool: withPads,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
  BatchNormalization: (node) => {
    if (node.attributes.training_mode === 1) throw refuse(node, "it is set to training");
    return { node };
  },
};

/** Standard operators that are read although the catalogue has none of that name, or in older forms too. */
export const adaptedOperators: readonly string[] = Object.keys(adapters);

/** Until version 17 (ReduceSum: 12) the axes were an attribute. */
function axesAsInput(node: ForeignNode): { readonly node: ForeignNode } {
  const { axes, ...attributes } = node.attributes;
  if (!Array.isArray(axes)) return { node };
  return { node: { ...node, inputs: [node.inputs[0], int64s(axes as readonly number[])], attributes } };
}

function reduceOf(node: ForeignNode, x: Tensor): { readonly outputs: readonly Tensor[] } {
  const { inputs, attributes } = axesAsInput(node).node;
  return { outputs: [apply("ReduceSum", [x, inputs[1]], attributes)] };
}

function resized(node: ForeignNode): Adapted {
  const { shape } = first(node, 0);
  const { coordinate_transformation_mode: mode, axes: listed, ...attributes } = node.attributes;
  // With an aspect to keep, ONNX Runtime passes over axes that are counted from the end.
  const axes = (listed as readonly number[] | undefined)?.map((axis) => normalizeAxis(axis, shape.length, node.op));
  const scales = node.inputs[3] === undefined ? constantNumbers(node.inputs[2]) : undefined;
  // Where a scale leaves a part of a pixel, ONNX aligns the corners of what the scale gives, ONNX Runtime the result's.
  const whole = scales?.every((scale, i) => {
    const size = shape[axes?.[i] ?? i];
    return Number.isInteger(scale) || (typeof size === "number" && Number.isInteger(Math.fround(scale * size)));
  });
  if (mode === "align_corners" && whole === false) {
    throw refuse(node, "it aligns corners by scales that give no whole sizes, where runtimes differ: give it sizes");
  }
  const kept = { ...attributes, ...(mode !== undefined && { coordinate_transformation_mode: mode }) };
  return { node: { ...node, attributes: axes === undefined ? kept : { ...kept, axes } } };
}

/** x over its norm (p 1 or 2) along an axis; a vector of norm 0 stays 0, and gets no gradient. */
function overNorm(node: ForeignNode): Tensor {
  const { axis = -1, p = 2 } = node.attributes;
  const x = first(node, 0);
  const axes = [normalizeAxis(Number(axis), x.shape.length, node.op)];
  if (p !== 1 && p !== 2) throw refuse(node, `its p is ${String(p)}`);
  const sum = reduceSum(p === 1 ? apply("Abs", [x]) : mul(x, x), axes, true);
  const norm = p === 1 ? sum : apply("Sqrt", [sum]);
  const none = apply("Equal", [norm, like(0, norm)]);
  const factor = div(where(none, like(0, norm), like(1, norm)), where(none, like(1, norm), norm));
  return mul(x, factor);
}

/** Without "->" the result has the letters that occur once, in alphabetical order. */
function equationOf(node: ForeignNode): string {
  const equation = String(node.attributes.equation ?? "");
  if (equation.length > 500) throw refuse(node, `its equation has ${equation.length} characters`);
  if (equation.includes("->")) return equation;
  const letters = [...equation.replaceAll(/[ ,]/g, "")];
  const single = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return `${equation}->${single.sort().join("")}`;
}

function flatten(node: ForeignNode): Tensor {
  const x = first(node, 0);
  const { axis = 1 } = node.attributes;
  const at = Number(axis) === x.shape.length ? x.shape.length : normalizeAxis(Number(axis), x.shape.length, "Flatten");
  const [rows, columns]: readonly Shape[] = [x.shape.slice(0, at), x.shape.slice(at)];
  if (at === 1) return reshape(x, int64s([0, -1]));
  if (isStatic(columns as Shape)) return reshape(x, int64s([-1, sizeOf(columns as readonly number[])]));
  if (isStatic(rows as Shape)) return reshape(x, int64s([sizeOf(rows as readonly number[]), -1]));
  throw refuse(node, `the sizes of ${formatShape(x.shape)} are not known on either side of axis ${at}`);
}

/** Layout 1 has the batch in front, which ONNX Runtime does not run on the CPU: it becomes layout 0 between transposes. */
function recurrent(node: ForeignNode): Adapted {
  const { layout = 0, ...given } = node.attributes;
  const attributes = { hidden_size: Number(first(node, 2).shape[2]), ...given };
  if (layout === 0) return { node: { ...node, attributes } };
  const turned = node.inputs.map((x, i) => ([0, 5, 6].includes(i) && x !== undefined ? transpose(x, [1, 0, 2]) : x));
  const outputs = applyAll(node.op, turned, attributes, node.outputCount);
  return { outputs: outputs.map((y, i) => transpose(y, i === 0 ? [2, 0, 1, 3] : [1, 0, 2])) };
}

function constantData(name: string | undefined, value: Attribute | undefined): Parameters<typeof constantNode>[0] {
  const list = (Array.isArray(value) ? value : [value]) as readonly (number | bigint)[];
  const shape = Array.isArray(value) ? [value.length] : [];
  switch (name) {
    case "value":
      return value as Parameters<typeof constantNode>[0];
    case "value_int":
    case "value_ints":
      return { data: BigInt64Array.from(list, BigInt), shape };
    case "value_float":
    case "value_floats":
      return { data: Float32Array.from(list, Number), shape };
    case "value_string":
    case "value_strings":
      return { data: (Array.isArray(value) ? value : [value]) as readonly string[], shape };
    default:
      throw new NnError(
        "model-file-invalid",
        "Node Constant holds no dense value.",
        "Export the model without sparse values.",
      );
  }
}
