// Writes a graph as an ONNX model file.
import { create } from "@bufbuild/protobuf";
import type { TensorData } from "../dtype.ts";
import { onnxDataType } from "../dtype.ts";
import { opSpec, opsets } from "../graph/catalogue.ts";
import type { Attribute, Graph, Node, Tensor, ValueType } from "../graph/node.ts";
import type { AttributeKind } from "../graph/spec.ts";
import { verify } from "../graph/verify.ts";
import type { OpenLoop } from "./outer-scope.ts";
import { openLoop, readsOf } from "./outer-scope.ts";
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from "./proto/onnx_pb.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "./proto/onnx_pb.ts";
import { encodeTensor } from "./tensor-proto.ts";
import { writeModel } from "./write-model.ts";

/** ONNX IR version 10, the one of operator set 21. */
const irVersion = 10n;

export interface EncodeOptions {
  /** Written to metadata_props, for example a signature or the hash of the training data. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producerVersion?: string;
  /**
   * Let loops read what does not change from the graph around them, in place of carrying it as a state, which the
   * runtime copies at every step (default false). For running only: `decodeOnnx` takes no such model.
   */
  readonly outerScope?: boolean;
}

/** The ONNX model of `graph`, which is verified first. Same graph and options, same bytes. */
export function encodeOnnx(graph: Graph, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  verify(graph);
  const domains = domainsOf(graph);
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: "lepta",
    producerVersion: options.producerVersion ?? "",
    opsetImport: [...domains]
      .sort()
      .map((domain) => create(OperatorSetIdProtoSchema, { domain, version: BigInt(opsets[domain] ?? 1) })),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: encodeGraph(graph, options.outerScope ?? false),
  });
  return writeModel(model);
}

function domainsOf(graph: Graph, domains: Set<string> = new Set([""])): Set<string> {
  for (const node of graph.nodes) {
    domains.add(opSpec(node.op).domain);
    for (const value of Object.values(node.attributes)) {
      if (typeof value === "object" && "nodes" in value) domainsOf(value, domains);
    }
  }
  return domains;
}

/** Names that encoding makes up; decoding takes them away again. */
export const generatedName: RegExp = /^_+[cv]\d+$/;

interface Names {
  readonly of: (tensor: Tensor) => string;
  /** Names of the graph's outputs. */
  readonly ports: readonly string[];
  /** Names in use here and in the graphs around, which a graph inside must not use again. */
  readonly taken: ReadonlySet<string>;
  readonly depth: number;
  /** What is read of each node's outputs, where loops may read what stands around them. */
  readonly reads: ReadonlyMap<Node, ReadonlySet<number>> | undefined;
}

function nameValues(graph: Graph, outerScope: boolean, around?: Names, outside?: OpenLoop["outside"]): Names {
  const names = new Map<Node, string[]>();
  for (const [node, tensor] of outside ?? []) names.set(node, [around?.of(tensor) ?? ""]);
  const taken = new Set<string>(around?.taken);
  const depth = around === undefined ? 1 : around.depth + 1;
  const prefix = "_".repeat(depth);
  // Where many nodes wish for one name, each begins after the number of the one before.
  const numbers = new Map<string, number>();
  const choose = (wish: string | undefined, generated: string): string => {
    let name = wish === undefined || generatedName.test(wish) ? generated : wish;
    const base = wish ?? generated;
    let i = numbers.get(base) ?? 2;
    while (taken.has(name)) name = `${base}_${i++}`;
    if (i > 2) numbers.set(base, i);
    taken.add(name);
    return name;
  };
  // The ports of an inner graph are known by their order: those whose names are in use around it get others.
  const port = (name: string): string => (around === undefined ? name : choose(name, name));
  for (const { node } of graph.inputs) {
    names.set(node, [port(node.name as string)]);
    taken.add(node.name as string);
  }
  const ports = graph.outputs.map(({ name }) => port(name));
  for (const name of ports) taken.add(name);
  for (const [i, { node }] of graph.constants.entries()) names.set(node, [choose(node.name, `${prefix}c${i}`)]);
  let count = 0;
  const outputs = new Map<Node, Map<number, string>>();
  for (const [i, { tensor }] of graph.outputs.entries()) {
    const name = ports[i] as string;
    outputs.set(tensor.node, (outputs.get(tensor.node) ?? new Map<number, string>()).set(tensor.index, name));
  }
  for (const node of graph.nodes) {
    names.set(
      node,
      node.outputs.map((_, i) => {
        const generated = `${prefix}v${count++}`;
        return outputs.get(node)?.get(i) ?? choose(i === 0 ? node.name : undefined, generated);
      }),
    );
  }
  const reads = outerScope ? readsOf(graph) : undefined;
  return { of: ({ node, index }) => names.get(node)?.[index] ?? "", ports, taken, depth, reads };
}

function encodeGraph(graph: Graph, outerScope: boolean, around?: Names, outside?: OpenLoop["outside"]): GraphProto {
  const names = nameValues(graph, outerScope, around, outside);
  const nameOf = names.of;
  return create(GraphProtoSchema, {
    name: graph.name,
    input: graph.inputs.map((tensor) => valueInfo(nameOf(tensor), tensor)),
    output: graph.outputs.map(({ tensor }, i) => valueInfo(names.ports[i] as string, tensor)),
    initializer: graph.constants.map((tensor) => encodeTensor(tensor.node.data as TensorData, nameOf(tensor))),
    node: graph.nodes.map((node) => encodeNode(node, names)),
  });
}

function encodeNode(node: Node, names: Names): NodeProto {
  const spec = opSpec(node.op);
  const open =
    node.op === "Scan" && names.reads !== undefined ? openLoop(node, names.reads.get(node) ?? new Set()) : undefined;
  const outputs = open?.outputs ?? [...node.outputs.keys()];
  return create(NodeProtoSchema, {
    opType: spec.type ?? node.op,
    domain: spec.domain,
    name: node.name ?? "",
    input: (open?.inputs ?? node.inputs).map((tensor) => (tensor === undefined ? "" : names.of(tensor))),
    output: outputs.map((index) => names.of({ node, index, ...(node.outputs[index] as ValueType) })),
    attribute: Object.entries(node.attributes).map(([name, value]) =>
      open !== undefined && name === "body"
        ? encodeBody(name, open.body, names, open.outside)
        : encodeAttribute(name, spec.attributes[name] as AttributeKind, value, names),
    ),
  });
}

function encodeBody(name: string, body: Graph, names: Names, outside?: OpenLoop["outside"]): AttributeProto {
  const g = encodeGraph(body, names.reads !== undefined, names, outside);
  return Object.assign(create(AttributeProtoSchema), { name, type: AttributeProto_AttributeType.GRAPH, g });
}

function encodeAttribute(name: string, kind: AttributeKind, value: Attribute, names: Names): AttributeProto {
  const text = new TextEncoder();
  const type = AttributeProto_AttributeType;
  const make = (fields: Partial<AttributeProto>): AttributeProto => {
    const proto = create(AttributeProtoSchema);
    return Object.assign(proto, { name }, fields);
  };
  switch (kind) {
    case "int":
      return make({ type: type.INT, i: BigInt(value as number) });
    case "float":
      return make({ type: type.FLOAT, f: value as number });
    case "string":
      return make({ type: type.STRING, s: text.encode(value as string) });
    case "ints":
      return make({ type: type.INTS, ints: (value as readonly (number | bigint)[]).map(BigInt) });
    case "floats":
      return make({ type: type.FLOATS, floats: [...(value as readonly number[])] });
    case "strings":
      return make({ type: type.STRINGS, strings: (value as readonly string[]).map((item) => text.encode(item)) });
    case "tensor":
      return make({ type: type.TENSOR, t: encodeTensor(value as TensorData, name) });
    case "graph":
      return encodeBody(name, value as Graph, names);
  }
}

function valueInfo(name: string, { dtype, shape }: ValueType): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === "number" ? { case: "dimValue", value: BigInt(size) } : { case: "dimParam", value: size },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: onnxDataType[dtype],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensor } }),
  });
}
