// The machine-checked specification of a graph, run after every pass in tests and before every encoding.
import { checkTensorData, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { opSpec } from "./catalogue.ts";
import type { Attribute, Graph, Node, Tensor } from "./node.ts";
import type { AttributeKind } from "./spec.ts";

function fail(message: string): never {
  throw new NnError(
    "graph-invalid",
    message,
    "Build graphs with this package's functions; a pass must keep these rules.",
  );
}

/** Throws NnError unless `graph` is closed, ordered, uniquely named and typed as the catalogue infers. */
export function verify(graph: Graph): void {
  const known = new Set<Node>();
  const names = new Set<string>();
  for (const { node } of graph.inputs) {
    if (node.op !== "Input" || node.name === undefined) fail(`Graph ${graph.name}: an input is not an Input node.`);
    if (names.has(node.name)) fail(`Graph ${graph.name}: two inputs are named ${node.name}.`);
    names.add(node.name);
    known.add(node);
  }
  for (const { node } of graph.constants) verifyConstant(node, known);
  for (const node of graph.nodes) verifyNode(node, known);
  const outputs = new Set<string>();
  for (const { name, tensor } of graph.outputs) {
    if (name === "") fail(`Graph ${graph.name}: an output has an empty name.`);
    if (outputs.has(name)) fail(`Graph ${graph.name}: two outputs are named ${name}.`);
    if (names.has(name)) fail(`Graph ${graph.name}: ${name} names both an input and an output.`);
    if (tensor.node.data !== undefined || tensor.node.op === "Input") fail(`Output ${name} is a leaf.`);
    outputs.add(name);
    verifyEdge(tensor, known, `output ${name}`);
  }
}

function verifyConstant(node: Node, known: Set<Node>): void {
  const type = node.outputs[0];
  if (node.op !== "Constant" || node.data === undefined || type === undefined) fail("A constant has no data.");
  checkTensorData(node.data, node.name ?? "constant");
  if (dtypeOf(node.data) !== type.dtype || !sameShape(node.data.shape, type.shape)) {
    fail(`Constant ${node.name ?? ""}: its data do not have its type.`);
  }
  known.add(node);
}

function verifyNode(node: Node, known: Set<Node>): void {
  const { op, inputs, attributes, outputs } = node;
  const spec = opSpec(op);
  if (known.has(node)) fail(`${op}: the node is listed twice.`);
  if (inputs.length < spec.inputs[0] || inputs.length > spec.inputs[1]) fail(`${op}: has ${inputs.length} inputs.`);
  inputs.forEach((tensor, i) => {
    if (tensor !== undefined) verifyEdge(tensor, known, `input ${i} of ${op}`);
  });
  for (const [name, value] of Object.entries(attributes)) {
    const kind = Object.hasOwn(spec.attributes, name) ? spec.attributes[name] : undefined;
    if (kind === undefined) fail(`${op}: has no attribute ${name}.`);
    if (!isKind(value, kind)) fail(`${op}: attribute ${name} is not of kind ${kind}.`);
    if (kind === "graph") verify(value as Graph);
  }
  const inferred = spec.infer({ op, inputs, attributes, outputCount: outputs.length });
  if (inferred.length !== outputs.length)
    fail(`${op}: has ${outputs.length} outputs, ${inferred.length} were inferred.`);
  inferred.forEach((type, i) => {
    const declared = outputs[i];
    if (declared === undefined || declared.dtype !== type.dtype || !sameShape(declared.shape, type.shape)) {
      fail(
        `${op}: output ${i} is declared ${declared?.dtype} ${formatShape(declared?.shape ?? [])}, ` +
          `inferred ${type.dtype} ${formatShape(type.shape)}.`,
      );
    }
  });
  known.add(node);
}

function verifyEdge(tensor: Tensor, known: ReadonlySet<Node>, where: string): void {
  if (!known.has(tensor.node)) fail(`${where}: ${tensor.node.op} stands later or outside the graph.`);
  const type = tensor.node.outputs[tensor.index];
  if (type === undefined) fail(`${where}: ${tensor.node.op} has no output ${tensor.index}.`);
  if (type.dtype !== tensor.dtype || !sameShape(type.shape, tensor.shape)) {
    fail(`${where}: the edge's type differs from the node's.`);
  }
}

function isKind(value: Attribute, kind: AttributeKind): boolean {
  switch (kind) {
    case "int":
      return typeof value === "number" && Number.isSafeInteger(value);
    case "float":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "ints":
      return Array.isArray(value) && value.every((item) => typeof item === "bigint" || Number.isSafeInteger(item));
    case "floats":
      return Array.isArray(value) && value.every((item) => typeof item === "number");
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "tensor":
      return typeof value === "object" && "data" in value;
    case "graph":
      return typeof value === "object" && "nodes" in value;
  }
}
