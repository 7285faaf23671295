// A hostile file, and the short ways to build one.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GraphProto, ModelProto, NodeProto, TensorProto } from "../../src/onnx/proto/onnx_pb.ts";
import { GraphProtoSchema, ModelProtoSchema } from "../../src/onnx/proto/onnx_pb.ts";
import { file, node, tensor } from "../onnx-files.ts";

export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** No reader may open it: it names files, or asks for what no machine has. */
  readonly neverOpens?: true;
}

/** A file that no reader may open. */
export const never = (name: string, bytes: Uint8Array): HostileFile => ({ name, bytes, neverOpens: true });

/** A graph in a model file. */
export const outer = (graph: GraphProto, fields: Partial<ModelProto> = {}): Uint8Array => {
  const model = fromBinary(ModelProtoSchema, file({ nodes: [] }));
  return toBinary(ModelProtoSchema, Object.assign(model, { graph }, fields));
};
const graphOf = (bytes: Uint8Array): GraphProto => fromBinary(ModelProtoSchema, bytes).graph as GraphProto;
/** The graph of one Relu, from x to y. */
export const relay = graphOf(file({ nodes: [node("Relu", ["x"], ["y"])] }));

/** The graph from x to y with other nodes. */
export const withNodes = (nodes: readonly NodeProto[]): GraphProto =>
  Object.assign(create(GraphProtoSchema), relay, { node: nodes });
/** A file of some nodes from x to y. */
export const one = (nodes: readonly NodeProto[], initializers: readonly TensorProto[] = [], version = 21): Uint8Array =>
  file({ nodes, initializers, version });
/** A file whose one weight has these fields. */
export const weight = (fields: Partial<TensorProto>, dims: readonly number[] = [2, 3]): Uint8Array =>
  file({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [tensor("w", dims, fields)] });
export const truth = tensor("true", [], { dataType: 9, rawData: Uint8Array.of(1) });
