// Structural equality of graphs: same inputs, nodes, wiring, attributes, data and names.
import type { TensorData } from "../dtype.ts";
import { dtypeOf } from "../dtype.ts";
import { sameShape } from "../shape.ts";
import type { Attribute, Graph, Node, Tensor } from "./node.ts";

/** Whether two graphs are the same in structure and data (a NaN equals a NaN). */
export function equalGraphs(a: Graph, b: Graph): boolean {
  const pair = new Map<Node, Node>();
  const edges = (x: Tensor | undefined, y: Tensor | undefined): boolean =>
    x === undefined || y === undefined ? x === y : pair.get(x.node) === y.node && x.index === y.index;
  const nodes = (x: Node, y: Node): boolean => {
    pair.set(x, y);
    return (
      x.op === y.op &&
      x.name === y.name &&
      x.inputs.length === y.inputs.length &&
      x.inputs.every((tensor, i) => edges(tensor, y.inputs[i])) &&
      equalRecords(x.attributes, y.attributes) &&
      x.outputs.length === y.outputs.length &&
      x.outputs.every((type, i) => {
        const other = y.outputs[i];
        return other !== undefined && type.dtype === other.dtype && sameShape(type.shape, other.shape);
      }) &&
      (x.data === undefined || y.data === undefined ? x.data === y.data : equalData(x.data, y.data))
    );
  };
  const leaves = (x: readonly Tensor[], y: readonly Tensor[]): boolean =>
    x.length === y.length && x.every((tensor, i) => nodes(tensor.node, (y[i] as Tensor).node));
  return (
    a.name === b.name &&
    leaves(a.inputs, b.inputs) &&
    leaves(a.constants, b.constants) &&
    a.nodes.length === b.nodes.length &&
    a.nodes.every((node, i) => nodes(node, b.nodes[i] as Node)) &&
    a.outputs.length === b.outputs.length &&
    a.outputs.every(({ name, tensor }, i) => name === b.outputs[i]?.name && edges(tensor, b.outputs[i].tensor))
  );
}

function equalRecords(a: Readonly<Record<string, Attribute>>, b: Readonly<Record<string, Attribute>>): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalAttributes(a[name] as Attribute, b[name] as Attribute))
  );
}

function equalAttributes(a: Attribute, b: Attribute): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
  if (typeof a !== "object" || typeof b !== "object") return Object.is(a, b);
  if ("nodes" in a) return "nodes" in b && equalGraphs(a, b);
  return "data" in a && "data" in b && equalData(a, b);
}

function equalData(a: TensorData, b: TensorData): boolean {
  return (
    dtypeOf(a) === dtypeOf(b) &&
    sameShape(a.shape, b.shape) &&
    Array.prototype.every.call(a.data, (value: unknown, i: number) => Object.is(value, b.data[i]))
  );
}
