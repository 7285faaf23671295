// Reads an ONNX model file, which is untrusted input, back into a verified graph.
import { fromBinary } from "@bufbuild/protobuf";
import { dtypeFromOnnx } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Shape } from "../shape.ts";
import { applyAll } from "./apply.ts";
import { canonicalIntegers } from "./attributes.ts";
import { opSpec, opsets } from "./catalogue.ts";
import { generatedName } from "./encode.ts";
import type { Attribute, Graph, Node, Tensor } from "./node.ts";
import { constantNode, inputNode, outputOf } from "./node.ts";
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from "./proto/onnx_pb.ts";
import { ModelProtoSchema } from "./proto/onnx_pb.ts";
import type { AttributeKind } from "./spec.ts";
import { decodeTensor, decodeText } from "./tensor-proto.ts";
import { verify } from "./verify.ts";

const deepestSubgraph = 8;

function invalid(message: string, cause?: unknown): NnError {
  return new NnError(
    "model-file-invalid",
    message,
    "Use a model file that this package or an ONNX exporter wrote.",
    cause,
  );
}

/** What stands in a model file beside its graph. */
export interface ModelInfo {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
  readonly producerName: string;
  readonly producerVersion: string;
}

/** The graph of an ONNX model whose operators the catalogue knows. Throws `model-file-invalid` or `op-unknown`. */
export function decodeOnnx(bytes: Uint8Array): Graph {
  return decodeModel(bytes).graph;
}

/** The graph and the metadata of an ONNX model. */
export function decodeModel(bytes: Uint8Array): ModelInfo {
  const model = parse(bytes);
  if (model.graph === undefined) throw invalid("The model file holds no graph.");
  if (model.functions.length > 0)
    throw invalid("The model file defines functions of its own, which are not supported.");
  for (const { domain, version } of model.opsetImport) {
    const ours = Object.hasOwn(opsets, domain) ? opsets[domain] : undefined;
    // Operators changed their inputs before version 18; later versions than ours are not known.
    const oldest = domain === "" ? 18n : 1n;
    if (ours !== undefined && (version < oldest || version > BigInt(ours))) {
      throw invalid(
        `The model uses version ${version} of operator set ${domain || "ai.onnx"}; ${oldest} to ${ours} are read.`,
      );
    }
  }
  const graph = decodeGraph(model.graph, 0);
  try {
    verify(graph);
  } catch (cause) {
    throw invalid(`The model's graph is not valid: ${(cause as Error).message}`, cause);
  }
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value] as const));
  return { graph, metadata, producerName: model.producerName, producerVersion: model.producerVersion };
}

function parse(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) throw invalid("The model file is empty.");
  try {
    // A plain view: slices of a Buffer share its memory, wherever they begin; those of a Uint8Array are copies.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw invalid("The model file is not an ONNX protocol buffer.", cause);
  }
}

function decodeGraph(proto: GraphProto, depth: number): Graph {
  if (depth > deepestSubgraph) throw invalid(`The model nests graphs deeper than ${deepestSubgraph}.`);
  if (proto.sparseInitializer.length > 0) throw invalid("The model holds sparse tensors, which are not supported.");
  const values = new Map<string, Tensor>();
  const define = (name: string, tensor: Tensor): Tensor => {
    if (name === "" || values.has(name))
      throw invalid(`The value name ${JSON.stringify(name.slice(0, 80))} is used twice or empty.`);
    values.set(name, tensor);
    return tensor;
  };
  const initialized = new Set(proto.initializer.map(({ name }) => name));
  const inputs = proto.input
    .filter(({ name }) => !initialized.has(name))
    .map((info) => define(info.name, decodeInput(info)));
  const constants = proto.initializer.map((tensor) =>
    define(tensor.name, constantNode(decodeTensor(tensor), givenName(tensor.name))),
  );
  const nodes = proto.node.map((node) => decodeNode(node, values, define, depth));
  const outputs = proto.output.map(({ name }) => {
    const tensor = values.get(name);
    if (tensor === undefined) throw invalid(`No node computes the output ${JSON.stringify(name.slice(0, 80))}.`);
    return Object.freeze({ name, tensor });
  });
  return Object.freeze({
    name: proto.name,
    inputs: Object.freeze(inputs),
    constants: Object.freeze(constants),
    nodes: Object.freeze(nodes),
    outputs: Object.freeze(outputs),
  });
}

function givenName(name: string): string | undefined {
  return name === "" || generatedName.test(name) ? undefined : name;
}

function decodeInput({ name, type }: ValueInfoProto): Tensor {
  const where = `Input ${JSON.stringify(name.slice(0, 80))}`;
  if (name === "") throw invalid("The model has an input without a name.");
  if (type?.value.case !== "tensorType") throw invalid(`${where} is not a tensor.`);
  const { elemType, shape } = type.value.value;
  const dtype = dtypeFromOnnx(elemType);
  if (dtype === undefined) throw invalid(`${where} has element type ${elemType}, which is not supported.`);
  if (shape === undefined) throw invalid(`${where} has no shape.`);
  const dims: Shape = shape.dim.map(({ value }, i) => {
    if (value.case === "dimParam" && value.value !== "") return value.value;
    if (value.case === "dimValue" && value.value >= 0n && value.value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return Number(value.value);
    }
    return `${name}.${i}`;
  });
  return inputNode(name, dtype, dims);
}

function decodeNode(
  proto: NodeProto,
  values: ReadonlyMap<string, Tensor>,
  define: (name: string, tensor: Tensor) => Tensor,
  depth: number,
): Node {
  const op = proto.opType;
  const where = `Node ${JSON.stringify(op.slice(0, 80))}`;
  const spec = opSpec(op);
  if (spec.domain !== (proto.domain === "ai.onnx" ? "" : proto.domain)) {
    throw new NnError(
      "op-unknown",
      `${where} of domain ${proto.domain} is not known.`,
      "Use operators of the catalogue.",
    );
  }
  const inputs = proto.input.map((name) => {
    const tensor = values.get(name);
    if (tensor === undefined && name !== "") {
      throw invalid(`${where} reads ${JSON.stringify(name.slice(0, 80))}, which no earlier node computes.`);
    }
    return tensor;
  });
  const attributes = Object.fromEntries(
    proto.attribute.map((attribute) => {
      const kind = Object.hasOwn(spec.attributes, attribute.name) ? spec.attributes[attribute.name] : undefined;
      if (kind === undefined)
        throw invalid(`${where} has an unknown attribute ${JSON.stringify(attribute.name.slice(0, 80))}.`);
      return [attribute.name, decodeAttribute(attribute, kind, depth)] as const;
    }),
  );
  let outputs: readonly Tensor[];
  try {
    outputs = applyAll(op, inputs, attributes, proto.output.length, givenName(proto.name));
  } catch (cause) {
    if (cause instanceof NnError && cause.code === "model-file-invalid") throw cause;
    throw invalid(`${where} is not valid: ${(cause as Error).message}`, cause);
  }
  if (outputs.length !== proto.output.length) throw invalid(`${where} has ${proto.output.length} outputs.`);
  proto.output.forEach((name, i) => {
    define(name, outputs[i] as Tensor);
  });
  return (outputs[0] as Tensor).node;
}

function decodeAttribute(proto: AttributeProto, kind: AttributeKind, depth: number): Attribute {
  switch (kind) {
    case "int": {
      const value = Number(proto.i);
      if (!Number.isSafeInteger(value)) throw invalid(`Attribute ${proto.name} is too large an integer.`);
      return value;
    }
    case "float":
      return proto.f;
    case "string":
      return decodeText(proto.s);
    case "ints":
      return canonicalIntegers(proto.ints);
    case "floats":
      return proto.floats;
    case "strings":
      return proto.strings.map(decodeText);
    case "tensor":
      if (proto.t === undefined) throw invalid(`Attribute ${proto.name} holds no tensor.`);
      return decodeTensor(proto.t);
    case "graph":
      if (proto.g === undefined) throw invalid(`Attribute ${proto.name} holds no graph.`);
      return decodeGraph(proto.g, depth + 1);
  }
}

/** The named inputs of a graph as tensors, for building on top of a decoded graph. */
export function inputsOf(graph: Graph): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(graph.inputs.map(({ node }) => [node.name ?? "", outputOf(node)] as const));
}
