// Reads an ONNX model file, which is untrusted input, back into a verified graph.
import { fromBinary } from "@bufbuild/protobuf";
import { dtypeFromOnnx } from "../dtype.ts";
import type { NnErrorCode } from "../errors.ts";
import { NnError } from "../errors.ts";
import { apply, applyAll } from "../graph/apply.ts";
import { canonicalIntegers } from "../graph/attributes.ts";
import { topological } from "../graph/build.ts";
import { catalogue, unknownOperator } from "../graph/catalogue.ts";
import type { Attribute, Graph, Node, Tensor } from "../graph/node.ts";
import { constantNode, inputNode, outputOf } from "../graph/node.ts";
import { knownIntegers } from "../graph/shape-value.ts";
import type { AttributeKind } from "../graph/spec.ts";
import { verify } from "../graph/verify.ts";
import type { Shape } from "../shape.ts";
import { generatedName } from "./encode.ts";
import type { ModelFiles } from "./external-data.ts";
import { checkFileBudget } from "./file-budget.ts";
import { checkAttributes } from "./foreign/attributes.ts";
import { adapt, readVersions } from "./foreign/operators.ts";
import type { GraphBudget } from "./graph-budget.ts";
import { graphBudget } from "./graph-budget.ts";
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from "./proto/onnx_pb.ts";
import { AttributeProto_AttributeType, ModelProtoSchema } from "./proto/onnx_pb.ts";
import type { TensorOptions } from "./tensor-proto.ts";
import { decodeTensor, decodeText, float16Type } from "./tensor-proto.ts";

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

export interface DecodeOptions {
  /**
   * The other files of the model, where its tensors lie in some: by location as the model names it, or a function of
   * that. A location that leads out of the model's folder is refused, not asked for.
   */
  readonly files?: ModelFiles;
}

/**
 * The graph of an ONNX model whose operators the catalogue knows. Throws `model-file-invalid`,
 * `model-too-large`, `op-unknown`, `opset-unsupported`, or `model-data-external` where `files` lacks one.
 */
export function decodeOnnx(bytes: Uint8Array, options: DecodeOptions = {}): Graph {
  return decodeModel(bytes, options).graph;
}

/** The graph and the metadata of an ONNX model. */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): ModelInfo {
  return decodeProto(parseModel(bytes), options);
}

/** The graph and the metadata of a model that `parseModel` gave. */
export function decodeProto(model: ModelProto, options: DecodeOptions & TensorOptions = {}): ModelInfo {
  if (model.graph === undefined) throw invalid("The model file holds no graph.");
  if (model.functions.length > 0)
    throw invalid("The model file defines functions of its own, which are not supported.");
  let standard = 0;
  for (const { domain: given, version } of model.opsetImport) {
    const domain = given === "ai.onnx" ? "" : given;
    if (domain === "") standard = Number(version);
    const [oldest, newest] = (Object.hasOwn(readVersions, domain) ? readVersions[domain] : undefined) ?? [0, 0];
    if (newest > 0 && (version < BigInt(oldest) || version > BigInt(newest))) {
      throw new NnError(
        "opset-unsupported",
        `The model uses version ${version} of operator set ${domain || "ai.onnx"}; ${oldest} to ${newest} are read.`,
        "Export the model with such a version, or bring it there with onnx.version_converter.",
      );
    }
  }
  const graph = decodeGraph(model.graph, { ...options, version: standard, depth: 0, budget: graphBudget() });
  try {
    verify(graph);
  } catch (cause) {
    throw invalid(`The model's graph is not valid: ${(cause as Error).message}`, cause);
  }
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value] as const));
  return { graph, metadata, producerName: model.producerName, producerVersion: model.producerVersion };
}

/** The protocol buffer of a model file, of which nothing is checked but that it is one and of a bounded size. */
export function parseModel(bytes: Uint8Array): ModelProto {
  if (!(bytes instanceof Uint8Array))
    throw invalid("What was given is no Uint8Array; a path's file must be read first.");
  if (bytes.length === 0) throw invalid("The model file is empty.");
  checkFileBudget(bytes);
  try {
    // A plain view: slices of a Buffer share its memory, wherever they begin; those of a Uint8Array are copies.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw invalid("The model file is not an ONNX protocol buffer.", cause);
  }
}

/** The values by name that a node may read. */
type Values = Pick<ReadonlyMap<string, Tensor>, "get">;

interface Place extends TensorOptions {
  /** Version of the standard operator set. */
  readonly version: number;
  /** How many graphs stand around this one. */
  readonly depth: number;
  readonly budget: GraphBudget;
}

function decodeGraph(proto: GraphProto, place: Place): Graph {
  const { depth, budget } = place;
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
    .map((info) => define(info.name, budget.leaf(decodeInput(info))));
  const constants: Tensor[] = [];
  const nodes: Node[] = [];
  const known = new Set<Node>(inputs.map(({ node }) => node));
  // Lists what the file's nodes became, in the file's order: one node most often, several or a constant at times.
  const list = (tensors: readonly Tensor[]): void => {
    for (const node of topological(tensors, known)) {
      known.add(node);
      if (node.op === "Constant") constants.push(outputOf(node));
      else nodes.push(node);
    }
  };
  for (const tensor of proto.initializer) {
    const value = define(tensor.name, decodeInitializer(tensor, place));
    list([value]);
  }
  for (const node of proto.node) list(decodeNode(node, values, define, place));
  const outputs = proto.output.map(({ name }) => {
    const tensor = values.get(name);
    if (tensor === undefined) throw invalid(`No node computes the output ${JSON.stringify(name.slice(0, 80))}.`);
    const leaf = tensor.node.op === "Input" || tensor.node.op === "Constant";
    const computed = leaf ? apply("Identity", [tensor]) : tensor;
    list([computed]);
    return { name, tensor: computed };
  });
  // A graph's input and output of one name are one value; a graph here gives each a name of its own.
  const taken = new Set(inputs.map(({ node }) => node.name));
  const clash = outputs.find(({ name }) => taken.has(name));
  if (clash !== undefined) throw invalid(`The input ${JSON.stringify(clash.name.slice(0, 80))} is an output as well.`);
  return Object.freeze({
    name: proto.name,
    inputs: Object.freeze(inputs),
    constants: Object.freeze(constants),
    nodes: Object.freeze(nodes),
    outputs: Object.freeze(outputs.map((output) => Object.freeze(output))),
  });
}

function decodeInitializer(proto: TensorProto, place: Place): Tensor {
  const constant = constantNode(decodeTensor(proto, place), givenName(proto.name));
  return stored(place.budget.leaf(constant), proto);
}

/** A constant in its stored type: float16 data are kept as float32 and cast, which changes no value. */
function stored(tensor: Tensor, { dataType }: TensorProto): Tensor {
  return dataType === float16Type ? apply("Cast", [tensor], { to: float16Type }) : tensor;
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
  values: Values,
  define: (name: string, tensor: Tensor) => Tensor,
  place: Place,
): readonly Tensor[] {
  place.budget.node();
  const where = `Node ${JSON.stringify(proto.opType.slice(0, 80))}`;
  const domain = proto.domain === "ai.onnx" ? "" : proto.domain;
  const inputs = proto.input.map((name) => {
    const tensor = values.get(name);
    if (tensor === undefined && name !== "") {
      throw invalid(`${where} reads ${JSON.stringify(name.slice(0, 80))}, which no earlier node computes.`);
    }
    return tensor;
  });
  checkAttributes(
    proto.opType,
    domain,
    proto.attribute.map(({ name, type }) => ({ name, kind: attributeKinds.get(type) })),
  );
  let outputs: readonly Tensor[];
  try {
    const isBranch = domain === "" && proto.opType === "If";
    outputs = isBranch
      ? decodeBranch(proto, inputs[0], values, place)
      : decodeApplication(proto, domain, inputs, place);
    // Those of a branch's nodes have been noted.
    if (!isBranch) place.budget.results(inputs, outputs);
  } catch (cause) {
    if (cause instanceof NnError && passed.has(cause.code)) throw cause;
    throw invalid(`${where} is not valid: ${(cause as Error).message}`, cause);
  }
  // An output without a name, at the end, is one that nothing reads.
  const wanted = proto.output.findLastIndex((name) => name !== "") + 1;
  if (outputs.length < wanted) throw invalid(`${where} has ${outputs.length} outputs; ${wanted} are used.`);
  const named = outputs.slice(0, proto.output.length);
  named.forEach((tensor, i) => {
    if (proto.output[i] !== "") define(proto.output[i] as string, tensor);
  });
  return named;
}

/**
 * An If whose condition follows from sizes, as exporters write where an axis may be 1: the branch that is taken, in the
 * If's place. Its nodes read values from outside it.
 */
function decodeBranch(
  proto: NodeProto,
  condition: Tensor | undefined,
  values: Values,
  place: Place,
): readonly Tensor[] {
  const chosen = knownIntegers(condition)?.[0];
  if (chosen === undefined)
    throw invalid("Node If is read only where its condition follows from sizes that are known.");
  const wanted = chosen === 0 ? "else_branch" : "then_branch";
  const branch = proto.attribute.find(({ name }) => name === wanted)?.g;
  if (branch === undefined) throw invalid(`Node If has no ${wanted}.`);
  if (place.depth >= deepestSubgraph) throw invalid(`The model nests graphs deeper than ${deepestSubgraph}.`);
  const own = new Map<string, Tensor>();
  const inside: Values = { get: (name) => own.get(name) ?? values.get(name) };
  const define = (name: string, tensor: Tensor): Tensor => {
    if (name === "" || inside.get(name) !== undefined)
      throw invalid(`The value name ${JSON.stringify(name.slice(0, 80))} is used twice or empty.`);
    own.set(name, tensor);
    return tensor;
  };
  for (const tensor of branch.initializer) {
    define(tensor.name, decodeInitializer(tensor, place));
  }
  for (const node of branch.node) decodeNode(node, inside, define, { ...place, depth: place.depth + 1 });
  return branch.output.map(({ name }) => {
    const tensor = inside.get(name);
    if (tensor === undefined) throw invalid(`No node computes the output ${JSON.stringify(name.slice(0, 80))}.`);
    // A name of its own: a branch may give back a value from outside.
    return apply("Identity", [tensor]);
  });
}

/** Errors that say by themselves what is wrong with a file. */
const passed: ReadonlySet<string> = new Set([
  "model-file-invalid",
  "model-too-large",
  "model-data-external",
  "op-unknown",
  "opset-unsupported",
] satisfies NnErrorCode[]);

function decodeApplication(
  proto: NodeProto,
  domain: string,
  inputs: readonly (Tensor | undefined)[],
  place: Place,
): readonly Tensor[] {
  const raw = Object.fromEntries(
    proto.attribute.map((attribute) => [attribute.name, decodeAttribute(attribute, place)] as const),
  );
  const outputCount = proto.output.findLastIndex((name) => name !== "") + 1;
  const foreign = { op: proto.opType, inputs, attributes: raw, outputCount, version: place.version };
  const adapted = domain === "" ? adapt(foreign) : { node: foreign };
  if ("outputs" in adapted) return adapted.outputs;
  const { node } = adapted;
  const spec = Object.hasOwn(catalogue, node.op) ? catalogue[node.op] : undefined;
  if (spec?.domain !== domain) {
    const name = proto.name === "" ? `that computes ${quoted(proto.output[0] ?? "")}` : quoted(proto.name);
    throw unknownOperator(
      `The node ${name} has the operator ${quoted(node.op)} of the domain ${quoted(domain || "ai.onnx")}, which is not known.`,
    );
  }
  return applyAll(node.op, node.inputs, node.attributes, outputCount, givenName(proto.name));
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80));

const attributeKinds: ReadonlyMap<AttributeProto_AttributeType, AttributeKind> = new Map([
  [AttributeProto_AttributeType.INT, "int"],
  [AttributeProto_AttributeType.FLOAT, "float"],
  [AttributeProto_AttributeType.STRING, "string"],
  [AttributeProto_AttributeType.INTS, "ints"],
  [AttributeProto_AttributeType.FLOATS, "floats"],
  [AttributeProto_AttributeType.STRINGS, "strings"],
  [AttributeProto_AttributeType.TENSOR, "tensor"],
  [AttributeProto_AttributeType.GRAPH, "graph"],
]);

function decodeAttribute(proto: AttributeProto, place: Place): Attribute {
  switch (attributeKinds.get(proto.type)) {
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
      return decodeTensor(proto.t, place);
    case "graph":
      if (proto.g === undefined) throw invalid(`Attribute ${proto.name} holds no graph.`);
      return decodeGraph(proto.g, { ...place, depth: place.depth + 1 });
    default:
      throw invalid(
        `Attribute ${JSON.stringify(proto.name.slice(0, 80))} has the type ${proto.type}, which is not read.`,
      );
  }
}

/** The named inputs of a graph as tensors, for building on top of a decoded graph. */
export function inputsOf(graph: Graph): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(graph.inputs.map(({ node }) => [node.name ?? "", outputOf(node)] as const));
}
