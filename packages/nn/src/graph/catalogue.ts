// The op catalogue: every ONNX operator that this package builds, as data.
import type { DType } from "../dtype.ts";
import { dtypeFromOnnx, floatTypes, numericTypes } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Dim } from "../shape.ts";
import { broadcast, formatShape, normalizeAxis, sameShape } from "../shape.ts";
import type { Graph, ValueType } from "./node.ts";
import type { Application, AttributeKind, OpSpec } from "./spec.ts";
import {
  axesInput,
  broadcastAll,
  intAttribute,
  intsAttribute,
  knownNumbers,
  knownShape,
  matMulShape,
  oneType,
  reducedShape,
  required,
  reshaped,
  takes,
} from "./spec.ts";

/** The operator set versions that encoded models import. */
export const opsets: Readonly<Record<string, number>> = { "": 21, "ai.onnx.ml": 4, "com.microsoft": 1 };

const bool: ReadonlySet<DType> = new Set<DType>(["bool"]);
const int64: ReadonlySet<DType> = new Set<DType>(["int64"]);
const indexTypes: ReadonlySet<DType> = new Set<DType>(["int64", "int32"]);
const eightBit: ReadonlySet<DType> = new Set<DType>(["int8", "uint8"]);
const all: ReadonlySet<DType> = new Set<DType>([...numericTypes, "bool", "string"]);

function spec(
  inputs: readonly [number, number],
  infer: OpSpec["infer"],
  attributes: Readonly<Record<string, AttributeKind>> = {},
  domain: OpSpec["domain"] = "",
): OpSpec {
  return { domain, inputs, attributes, infer };
}

/** Elementwise on one input, same type and shape. */
function unary(types: ReadonlySet<DType>, attributes: Readonly<Record<string, AttributeKind>> = {}): OpSpec {
  return spec(
    [1, 1],
    (a) => {
      takes(a, types);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape }];
    },
    attributes,
  );
}

/** Elementwise with broadcasting; `result` replaces the element type. */
function elementwise(arity: readonly [number, number], types: ReadonlySet<DType>, result?: DType): OpSpec {
  return spec(arity, (a) => {
    takes(a, types);
    const dtype = oneType(a);
    return [{ dtype: result ?? dtype, shape: broadcastAll(a) }];
  });
}

/** A reduction over the constant axes in input 1 (all axes when absent). */
function reduction(types: ReadonlySet<DType>): OpSpec {
  return spec(
    [1, 2],
    (a) => {
      takes(a, types, 0);
      const { dtype, shape } = required(a, 0);
      const axes = axesInput(a, 1, shape.length) ?? [...shape.keys()];
      return [{ dtype, shape: reducedShape(shape, axes, intAttribute(a.attributes, "keepdims", 1) === 1) }];
    },
    { keepdims: "int", noop_with_empty_axes: "int" },
  );
}

function alongAxis(types: ReadonlySet<DType>): OpSpec {
  return spec(
    [1, 1],
    (a) => {
      takes(a, types);
      const { dtype, shape } = required(a, 0);
      normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      return [{ dtype, shape }];
    },
    { axis: "int" },
  );
}

function sliceDim(dim: Dim, start: number, end: number, step: number): Dim {
  if (typeof dim === "string") {
    if (start === 0 && end >= 2 ** 31 && step === 1) return dim;
    return `slice(${dim},${start},${end},${step})`;
  }
  const clampTo = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + dim : value, low), high);
  if (step > 0) return Math.max(0, Math.ceil((clampTo(end, 0, dim) - clampTo(start, 0, dim)) / step));
  return Math.max(0, Math.ceil((clampTo(end, -1, dim - 1) - clampTo(start, 0, dim - 1)) / step));
}

const float = floatTypes;
const numeric = numericTypes;

export const catalogue: Readonly<Record<string, OpSpec>> = {
  // Arithmetic and elementwise functions
  Add: elementwise([2, 2], numeric),
  Sub: elementwise([2, 2], numeric),
  Mul: elementwise([2, 2], numeric),
  Div: elementwise([2, 2], numeric),
  Pow: elementwise([2, 2], numeric),
  Min: elementwise([1, 1024], numeric),
  Max: elementwise([1, 1024], numeric),
  Neg: unary(numeric),
  Abs: unary(numeric),
  Sign: unary(numeric),
  Sqrt: unary(float),
  Exp: unary(float),
  Log: unary(float),
  Erf: unary(float),
  Floor: unary(float),
  Ceil: unary(float),
  Round: unary(float),
  Sin: unary(float),
  Cos: unary(float),
  Reciprocal: unary(float),
  Sigmoid: unary(float),
  Tanh: unary(float),
  Relu: unary(float),
  Softplus: unary(float),
  Gelu: unary(float, { approximate: "string" }),
  Identity: unary(all),
  Clip: spec([1, 3], (a) => {
    takes(a, numeric);
    return [{ dtype: oneType(a), shape: required(a, 0).shape }];
  }),
  // Comparison and logic
  Equal: elementwise([2, 2], all, "bool"),
  Greater: elementwise([2, 2], numeric, "bool"),
  GreaterOrEqual: elementwise([2, 2], numeric, "bool"),
  Less: elementwise([2, 2], numeric, "bool"),
  LessOrEqual: elementwise([2, 2], numeric, "bool"),
  And: elementwise([2, 2], bool),
  Or: elementwise([2, 2], bool),
  Not: unary(bool),
  IsNaN: spec([1, 1], (a) => {
    takes(a, float);
    return [{ dtype: "bool", shape: required(a, 0).shape }];
  }),
  Where: spec([3, 3], (a) => {
    takes(a, bool, 0);
    return [{ dtype: oneType(a, 1, 2), shape: broadcastAll(a) }];
  }),
  Cast: spec(
    [1, 1],
    (a) => {
      const dtype = dtypeFromOnnx(intAttribute(a.attributes, "to", 0));
      if (dtype === undefined) {
        throw new NnError(
          "attribute-invalid",
          "Cast: unknown element type.",
          "Cast to a type that is listed as DType.",
        );
      }
      return [{ dtype, shape: required(a, 0).shape }];
    },
    { to: "int", saturate: "int" },
  ),
  // Shapes
  Shape: spec(
    [1, 1],
    (a) => {
      const sizes = required(a, 0).shape.slice(
        intAttribute(a.attributes, "start", 0),
        intAttribute(a.attributes, "end", 64),
      );
      return [{ dtype: "int64", shape: [sizes.length] }];
    },
    { start: "int", end: "int" },
  ),
  Reshape: spec(
    [2, 2],
    (a) => {
      takes(a, int64, 1);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape: reshaped(shape, knownShape(a, 1), a.op) }];
    },
    { allowzero: "int" },
  ),
  Transpose: spec(
    [1, 1],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const order = intsAttribute(a.attributes, "perm") ?? [...shape.keys()].reverse();
      if (order.length !== shape.length || new Set(order).size !== order.length) {
        throw new NnError(
          "attribute-invalid",
          `Transpose: order [${order.join(", ")}] does not list each of ${shape.length} axes once.`,
          "List every axis once.",
        );
      }
      return [{ dtype, shape: order.map((axis) => shape[normalizeAxis(axis, shape.length, a.op)] ?? 1) }];
    },
    { perm: "ints" },
  ),
  Unsqueeze: spec([2, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    const wanted = knownNumbers(a, 1);
    const rank = shape.length + wanted.length;
    const axes = new Set(wanted.map((axis) => normalizeAxis(axis, rank, a.op)));
    const rest = shape.values();
    return [{ dtype, shape: Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.next().value ?? 1))) }];
  }),
  Squeeze: spec([1, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    const axes = axesInput(a, 1, shape.length) ?? [...shape.keys()].filter((i) => shape[i] === 1);
    const bad = axes.find((axis) => shape[axis] !== 1);
    if (bad !== undefined) {
      throw new NnError(
        "shape-mismatch",
        `Squeeze: axis ${bad} of ${formatShape(shape)} is not 1.`,
        "Squeeze only axes of size 1.",
      );
    }
    return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
  }),
  Expand: spec([2, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    return [{ dtype, shape: broadcast(shape, knownShape(a, 1), a.op) }];
  }),
  Concat: spec(
    [1, 65536],
    (a) => {
      const first = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), first.shape.length, a.op);
      const parts = a.inputs.map((_, i) => required(a, i).shape);
      for (const part of parts) {
        const fits = part.length === first.shape.length && part.every((dim, i) => i === axis || dim === first.shape[i]);
        if (!fits) {
          throw new NnError(
            "shape-mismatch",
            `Concat: ${formatShape(part)} does not fit ${formatShape(first.shape)} along axis ${axis}.`,
            "Make all sizes equal except along the axis.",
          );
        }
      }
      const sizes = parts.map((part) => part[axis] ?? 0);
      const total: Dim = sizes.every((size) => typeof size === "number")
        ? sizes.reduce((sum, size) => sum + size, 0)
        : sizes.join("+");
      return [{ dtype: oneType(a), shape: first.shape.map((dim, i) => (i === axis ? total : dim)) }];
    },
    { axis: "int" },
  ),
  Split: spec(
    [2, 2],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      const sizes = knownNumbers(a, 1);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (typeof shape[axis] === "number" && total !== shape[axis]) {
        throw new NnError(
          "shape-mismatch",
          `Split: sizes sum to ${total}, axis ${axis} of ${formatShape(shape)} has ${shape[axis]}.`,
          "Make the sizes sum to the axis.",
        );
      }
      return sizes.map((size) => ({ dtype, shape: shape.map((dim, i) => (i === axis ? size : dim)) }));
    },
    { axis: "int" },
  ),
  Slice: spec([3, 5], (a) => {
    const { dtype, shape } = required(a, 0);
    const starts = knownNumbers(a, 1);
    const ends = knownNumbers(a, 2);
    const axes = axesInput(a, 3, shape.length) ?? [...starts.keys()];
    const steps = a.inputs[4] === undefined ? starts.map(() => 1) : knownNumbers(a, 4);
    const result = [...shape];
    for (const [i, axis] of axes.entries()) {
      const step = steps[i] ?? 1;
      if (step === 0) throw new NnError("attribute-invalid", "Slice: a step is 0.", "Use a step other than 0.");
      result[axis] = sliceDim(shape[axis] ?? 0, starts[i] ?? 0, ends[i] ?? 0, step);
    }
    return [{ dtype, shape: result }];
  }),
  Pad: spec(
    [2, 4],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const pads = knownNumbers(a, 1);
      const padded = shape.map((dim, i): Dim => {
        const extra = (pads[i] ?? 0) + (pads[i + shape.length] ?? 0);
        return typeof dim === "number" ? dim + extra : extra === 0 ? dim : `${dim}+${extra}`;
      });
      return [{ dtype, shape: padded }];
    },
    { mode: "string" },
  ),
  Gather: spec(
    [2, 2],
    (a) => {
      takes(a, indexTypes, 1);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype, shape: [...shape.slice(0, axis), ...required(a, 1).shape, ...shape.slice(axis + 1)] }];
    },
    { axis: "int" },
  ),
  GatherElements: spec(
    [2, 2],
    (a) => {
      takes(a, indexTypes, 1);
      const { dtype, shape } = required(a, 0);
      normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype, shape: required(a, 1).shape }];
    },
    { axis: "int" },
  ),
  ScatterElements: spec(
    [3, 3],
    (a) => {
      takes(a, indexTypes, 1);
      const { shape } = required(a, 0);
      if (!sameShape(required(a, 1).shape, required(a, 2).shape)) {
        throw new NnError(
          "shape-mismatch",
          `ScatterElements: indices ${formatShape(required(a, 1).shape)} and updates ${formatShape(required(a, 2).shape)} differ.`,
          "Give one update for each index.",
        );
      }
      return [{ dtype: oneType(a, 0, 2), shape }];
    },
    { axis: "int", reduction: "string" },
  ),
  ScatterND: spec(
    [3, 3],
    (a) => {
      takes(a, int64, 1);
      return [{ dtype: oneType(a, 0, 2), shape: required(a, 0).shape }];
    },
    { reduction: "string" },
  ),
  OneHot: spec(
    [3, 3],
    (a) => {
      const { shape } = required(a, 0);
      const [depth] = knownNumbers(a, 1);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length + 1, a.op);
      return [
        { dtype: required(a, 2).dtype, shape: [...shape.slice(0, axis), Number(depth ?? 0), ...shape.slice(axis)] },
      ];
    },
    { axis: "int" },
  ),
  // Reductions
  ReduceSum: reduction(numeric),
  ReduceMean: reduction(float),
  ReduceMax: reduction(numeric),
  ReduceMin: reduction(numeric),
  ArgMax: spec(
    [1, 1],
    (a) => {
      const { shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype: "int64", shape: reducedShape(shape, [axis], intAttribute(a.attributes, "keepdims", 1) === 1) }];
    },
    { axis: "int", keepdims: "int", select_last_index: "int" },
  ),
  CumSum: spec(
    [2, 2],
    (a) => {
      takes(a, numeric, 0);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape }];
    },
    { exclusive: "int", reverse: "int" },
  ),
  // Matrices
  MatMul: spec([2, 2], (a) => {
    takes(a, numeric);
    return [{ dtype: oneType(a), shape: matMulShape(required(a, 0).shape, required(a, 1).shape, a.op) }];
  }),
  FusedMatMul: spec(
    [2, 2],
    (a) => {
      takes(a, float);
      const side = (index: number, flag: string): readonly Dim[] => {
        const { shape } = required(a, index);
        if (intAttribute(a.attributes, flag, 0) === 0) return shape;
        return [...shape.slice(0, -2), ...shape.slice(-1), ...shape.slice(-2, -1)];
      };
      return [{ dtype: oneType(a), shape: matMulShape(side(0, "transA"), side(1, "transB"), a.op) }];
    },
    { alpha: "float", transA: "int", transB: "int" },
    "com.microsoft",
  ),
  Gemm: spec(
    [2, 3],
    (a) => {
      takes(a, float);
      const side = (index: number, flag: string): readonly Dim[] => {
        const { shape } = required(a, index);
        if (shape.length !== 2) {
          throw new NnError("shape-mismatch", `Gemm: input ${index} is ${formatShape(shape)}.`, "Give two matrices.");
        }
        return intAttribute(a.attributes, flag, 0) === 1 ? [...shape].reverse() : shape;
      };
      const shape = matMulShape(side(0, "transA"), side(1, "transB"), a.op);
      const bias = a.inputs[2];
      if (bias !== undefined && !sameShape(broadcast(shape, bias.shape, a.op), shape)) {
        throw new NnError(
          "shape-mismatch",
          `Gemm: bias ${formatShape(bias.shape)} does not broadcast to ${formatShape(shape)}.`,
          "Make the bias one row.",
        );
      }
      return [{ dtype: oneType(a), shape }];
    },
    { alpha: "float", beta: "float", transA: "int", transB: "int" },
  ),
  // Normalisation
  Softmax: alongAxis(float),
  LogSoftmax: alongAxis(float),
  LayerNormalization: spec(
    [2, 3],
    (a) => {
      takes(a, float);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      for (const tensor of a.inputs.slice(1)) {
        if (tensor !== undefined && !sameShape(broadcast(shape, tensor.shape, a.op), shape)) {
          throw new NnError(
            "shape-mismatch",
            "LayerNormalization: scale or bias is too large.",
            "Match the last axes.",
          );
        }
      }
      // ONNX keeps the mean and inverse deviation in float32 (stash_type 1).
      const statistics: ValueType = { dtype: "float32", shape: shape.map((dim, i) => (i >= axis ? 1 : dim)) };
      return [{ dtype, shape }, statistics, statistics].slice(0, a.outputCount);
    },
    { axis: "int", epsilon: "float", stash_type: "int" },
  ),
  // Eight-bit integers
  DequantizeLinear: spec(
    [2, 3],
    (a) => {
      takes(a, new Set<DType>([...eightBit, "int32"]), 0);
      takes(a, float, 1);
      const { shape } = required(a, 0);
      const scale = required(a, 1);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 1), Math.max(shape.length, 2), a.op);
      if (scale.shape.length > 0 && !sameShape(scale.shape, [shape[axis] ?? 1])) {
        throw new NnError(
          "shape-mismatch",
          `DequantizeLinear: scales ${formatShape(scale.shape)} do not fit axis ${axis} of ${formatShape(shape)}.`,
          "Give one scale, or one for each index along the axis.",
        );
      }
      return [{ dtype: scale.dtype, shape }];
    },
    { axis: "int" },
  ),
  DynamicQuantizeLinear: spec([1, 1], (a) => {
    takes(a, new Set<DType>(["float32"]));
    return [
      { dtype: "uint8", shape: required(a, 0).shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  }),
  MatMulInteger: spec([2, 4], (a) => {
    takes(a, eightBit);
    return [{ dtype: "int32", shape: matMulShape(required(a, 0).shape, required(a, 1).shape, a.op) }];
  }),
  // Loops
  Scan: spec(
    [1, 1024],
    (a) => {
      const body = a.attributes.body;
      if (typeof body !== "object" || !("nodes" in body)) {
        throw new NnError("attribute-invalid", "Scan: it has no body.", "Give it a graph as body.");
      }
      return scanTypes(a, body);
    },
    { body: "graph", num_scan_inputs: "int" },
  ),
  // ai.onnx.ml
  LabelEncoder: spec(
    [1, 1],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const known: Readonly<Record<string, DType>> = { strings: "string", int64s: "int64", floats: "float32" };
      const side = (which: string): DType | undefined => {
        const kind = Object.keys(known).find((name) => a.attributes[`${which}_${name}`] !== undefined);
        if (kind !== undefined) return known[kind];
        const tensor = a.attributes[`${which}_tensor`];
        return typeof tensor === "object" && "data" in tensor ? tensorType(tensor.data) : undefined;
      };
      const key = side("keys");
      const value = side("values");
      if (key === undefined || value === undefined || key !== dtype) {
        throw new NnError(
          "dtype-mismatch",
          `LabelEncoder: keys are ${key ?? "missing"}, values ${value ?? "missing"}, its input ${dtype}.`,
          "Give keys of the input's element type, and values.",
        );
      }
      return [{ dtype: value, shape }];
    },
    {
      keys_strings: "strings",
      keys_int64s: "ints",
      keys_floats: "floats",
      keys_tensor: "tensor",
      values_strings: "strings",
      values_int64s: "ints",
      values_floats: "floats",
      values_tensor: "tensor",
      default_string: "string",
      default_int64: "int",
      default_float: "float",
      default_tensor: "tensor",
    },
    "ai.onnx.ml",
  ),
};

/** Loop state keeps its type; each further output of the body is stacked along a new first axis. */
function scanTypes(a: Application, body: Graph): readonly ValueType[] {
  const scanned = intAttribute(a.attributes, "num_scan_inputs", 1);
  const carried = a.inputs.length - scanned;
  const length = required(a, carried).shape[0] ?? 0;
  a.inputs.forEach((_, i) => {
    const outer = required(a, i);
    const inner = body.inputs[i];
    const shape = i < carried ? outer.shape : outer.shape.slice(1);
    if (inner === undefined || inner.dtype !== outer.dtype || !sameShape(inner.shape, shape)) {
      throw new NnError(
        "shape-mismatch",
        `Scan: input ${i} is ${outer.dtype} ${formatShape(outer.shape)}, which the body's input does not fit.`,
        "Give loop state as the body takes it, and scanned inputs with one axis in front.",
      );
    }
  });
  return body.outputs.map(({ tensor: { dtype, shape } }, i) => ({
    dtype,
    shape: i < carried ? shape : [length, ...shape],
  }));
}

function tensorType(data: unknown): DType | undefined {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  return Array.isArray(data) ? "string" : undefined;
}

/** The catalogue's entry for `op`; throws `op-unknown`. */
export function opSpec(op: string): OpSpec {
  const found = Object.hasOwn(catalogue, op) ? catalogue[op] : undefined;
  if (found !== undefined) return found;
  throw new NnError(
    "op-unknown",
    `The operator ${op} is not in the catalogue.`,
    "Use an operator that is listed there.",
  );
}
