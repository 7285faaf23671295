// The public surface of this package: one explicit list.
export type { DType, TensorData } from "./dtype.ts";
export { dtypeOf } from "./dtype.ts";
export type { NnErrorCode } from "./errors.ts";
export { NnError, nnErrors } from "./errors.ts";
export { gradients } from "./grad/gradients.ts";
export { buildGraph } from "./graph/build.ts";
export type { ModelInfo } from "./graph/decode.ts";
export { decodeModel, decodeOnnx, inputsOf } from "./graph/decode.ts";
export type { EncodeOptions } from "./graph/encode.ts";
export { encodeOnnx } from "./graph/encode.ts";
export { equalGraphs } from "./graph/equal.ts";
export type { Graph, Node, Tensor } from "./graph/node.ts";
export type { Replace } from "./graph/rewrite.ts";
export { rewriteGraph } from "./graph/rewrite.ts";
export { verify } from "./graph/verify.ts";
export { createSession } from "./runtime/session.node.ts";
export type { Feeds, PortDescription, Session, SessionOptions } from "./runtime/session.ts";
export type { Dim, Shape } from "./shape.ts";
export {
  abs,
  add,
  and,
  cast,
  ceil,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  gelu,
  greater,
  greaterOrEqual,
  isNaN,
  less,
  lessOrEqual,
  log,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  where,
} from "./tensor/elementwise.ts";
export type { LabelEncoderOptions } from "./tensor/label-encoder.ts";
export { labelEncoder } from "./tensor/label-encoder.ts";
export type { Operand } from "./tensor/leaves.ts";
export { constant, identity, input } from "./tensor/leaves.ts";
export type { GemmOptions, ReduceOptions } from "./tensor/matrices.ts";
export {
  argMax,
  gemm,
  layerNormalization,
  logSoftmax,
  matMul,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  softmax,
} from "./tensor/matrices.ts";
export { dequantizeLinear, dynamicQuantizeLinear, matMulInteger } from "./tensor/quantize.ts";
export {
  concat,
  expand,
  gather,
  oneHot,
  reshape,
  shapeOf,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from "./tensor/shaping.ts";
