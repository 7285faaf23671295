// A graph as a layer: what an ONNX file describes is trained on, whole or in part, or with another head.
import type { DType } from "../dtype.ts";
import { floatTypes, onnxDataType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { gradientReach } from "../grad/gradients.ts";
import { apply } from "../graph/apply.ts";
import { topological } from "../graph/build.ts";
import { instantiate } from "../graph/instantiate.ts";
import type { Graph, Node, Tensor } from "../graph/node.ts";
import { inputNode, outputOf } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { formatShape } from "../shape.ts";
import { hoistConstants } from "./hoist-constants.ts";
import type { Layer, LayerInput, LayerOutput, Parameters, ParameterTensors, ShapeOf } from "./layer.ts";
import { constantParameters } from "./parameters.ts";
import type { Rng } from "./rng.ts";

export interface TrainableOptions {
  /**
   * Parameters that training does not change: by name, by a function of the name, or all but those of the last
   * `allButLast` layers. A layer here is a node that takes parameters, such as a convolution or a matrix product;
   * the bias that is added to its result is its own. A new head is trained whatever is frozen and counts as no layer.
   */
  readonly freeze?: readonly string[] | ((name: string) => boolean) | { readonly allButLast: number };
  /**
   * A new end: it takes the place of the last layer and of all that follows it. Its parameters stand under "head".
   * With `after`, the name of a node, it is put on that node's first result instead.
   */
  readonly head?: Layer | { readonly layer: Layer; readonly after: string };
  /** Which of the float constants are parameters, in place of the rule at `trainable`. */
  readonly parameters?: (name: string) => boolean;
}

/**
 * A layer that computes what the graph does (see decodeOnnx), with its constants, those inside loops too, as parameters
 * that start at their values. Parameters are the float constants of one axis or more that have a name in the file, or
 * all of them where none has one, that a gradient of the outputs reaches, except settings (bounds, single factors) and the running statistics of batch
 * normalisations, which stay as they are: the normalisation goes on as in inference. What an exporter stored once,
 * because two weights were equal, is one parameter. One input of the graph is the layer's input, several are taken by
 * name; so are outputs given. Float16 and float64 graphs are computed in float32. Errors: `graph-invalid` for names that
 * are not there, `shape-mismatch` where the file is fixed to another batch size, and `no-gradient` from fit when an
 * operator on the way has no gradient.
 */
export function trainable<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor>(
  given: Graph,
  options: TrainableOptions = {},
): Layer<X, Y> {
  knownOptions<TrainableOptions>("trainable", options, { freeze: true, head: true, parameters: true });
  if (!Array.isArray(given?.nodes)) {
    throw new NnError("graph-invalid", "trainable: what it was given is no graph.", "Give it decodeOnnx(bytes).");
  }
  const graph = hoistConstants(given);
  const all = choose(graph, options.parameters);
  const head = options.head === undefined ? undefined : placeHead(graph, all, options.head);
  const wanted = head === undefined ? graph.outputs.map(({ tensor }) => tensor) : [head.on];
  const reached = gradientReach(wanted);
  const parameters = new Map([...all].filter(([node]) => reached.has(node)));
  const frozen = frozenNames(parameters, wanted, options);

  const apply = (tensors: ParameterTensors, x: LayerInput): readonly Tensor[] => {
    const taken = new Map<Node, Tensor>();
    try {
      return instantiate(
        graph,
        (node, inputs) => {
          const name = parameters.get(node);
          if (name !== undefined) return [tensors[name] as Tensor];
          if (node.op !== "Input") return widened(node, inputs);
          const tensor = inputFor(graph, node, x);
          taken.set(node, tensor);
          return [tensor];
        },
        wanted,
      );
    } catch (cause) {
      throw fixedBatch(taken, cause) ?? cause;
    }
  };
  const own = (): Parameters =>
    Object.fromEntries(
      [...parameters].map(([node, name]) => {
        const { data, shape } = node.data as NonNullable<Node["data"]>;
        const value = { data: Float32Array.from(data as Float32Array), shape };
        return [name, frozen.has(name) ? { ...value, trained: false as const } : value];
      }),
    );
  return Object.freeze({
    name: `trainable(${graph.name.slice(0, 80)})`,
    init(inputShape: ShapeOf<X>, rng: Rng): Parameters {
      const values = own();
      if (head === undefined) return values;
      const [features] = apply(constantParameters(values), probe(graph, inputShape));
      return { ...values, head: head.layer.init((features as Tensor).shape, rng) };
    },
    apply(tensors, x, context) {
      const outputs = apply(tensors, x);
      if (head !== undefined) {
        const child = context.child("head");
        const y = head.layer.apply(tensors.head as ParameterTensors, outputs[0] as Tensor, child);
        return y as LayerOutput as Y;
      }
      if (outputs.length === 1) return outputs[0] as LayerOutput as Y;
      return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i] as Tensor])) as LayerOutput as Y;
    },
  } satisfies Layer<X, Y>);
}

/** Inputs of operators that are settings or statistics, not weights. */
const settings: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [3, 4],
  Clip: [1, 2],
  DequantizeLinear: [1],
  OneHot: [2],
  Pad: [2],
  Resize: [1, 2],
};
/** Operators by which a single number scales or shifts, rather than weighs. */
const factors: ReadonlySet<string> = new Set(["Div", "Max", "Min", "Mul", "Pow", "Sub"]);
const floats: ReadonlySet<string> = new Set(["float32", "float64"]);

/** The constants that are parameters, with their names. */
function choose(graph: Graph, chosen: ((name: string) => boolean) | undefined): ReadonlyMap<Node, string> {
  const isFloat = ({ dtype }: Tensor): boolean => floats.has(dtype);
  if (chosen !== undefined) {
    const named = graph.constants.filter((tensor) => isFloat(tensor) && chosen(tensor.node.name ?? ""));
    return new Map(named.map(({ node }, i) => [node, node.name ?? `constant${i}`] as const));
  }
  const excluded = new Set<Node>();
  for (const node of graph.nodes) {
    for (const [i, tensor] of node.inputs.entries()) {
      if (tensor === undefined) continue;
      const single = tensor.node.data?.data.length === 1 && factors.has(node.op);
      if (single || settings[node.op]?.includes(i)) excluded.add(tensor.node);
    }
  }
  const candidates = graph.constants.filter(
    (tensor) => isFloat(tensor) && tensor.shape.length > 0 && !excluded.has(tensor.node),
  );
  const named = candidates.filter(({ node }) => node.name !== undefined);
  const listed = named.length > 0 ? named : candidates;
  return new Map(listed.map(({ node }, i) => [node, node.name ?? `constant${i}`] as const));
}

/** The layers of the graph in order: each one's node and the names of its parameters. */
function layersOf(
  parameters: ReadonlyMap<Node, string>,
  wanted: readonly Tensor[],
): readonly { readonly node: Node; readonly names: ReadonlySet<string> }[] {
  // Names of the parameters that a value is made of alone, for example a transposed weight.
  const madeOf = new Map<Node, ReadonlySet<string>>();
  const layers: { node: Node; names: Set<string> }[] = [];
  const byNode = new Map<Node, { node: Node; names: Set<string> }>();
  for (const node of topological(wanted)) {
    const name = parameters.get(node);
    if (node.op === "Input") continue;
    if (node.op === "Constant") {
      madeOf.set(node, new Set(name === undefined ? [] : [name]));
      continue;
    }
    const inputs = node.inputs.filter((tensor) => tensor !== undefined);
    const names = new Set(inputs.flatMap((tensor) => [...(madeOf.get(tensor.node) ?? [])]));
    if (inputs.length > 0 && inputs.every((tensor) => madeOf.has(tensor.node))) {
      madeOf.set(node, names);
      continue;
    }
    if (names.size === 0) continue;
    const before = inputs.find((tensor) => !madeOf.has(tensor.node))?.node;
    const layer = node.op === "Add" && before !== undefined ? byNode.get(before) : undefined;
    if (layer === undefined) {
      const fresh = { node, names };
      layers.push(fresh);
      byNode.set(node, fresh);
    } else {
      for (const own of names) layer.names.add(own);
      byNode.set(node, layer);
    }
  }
  return layers;
}

function frozenNames(
  parameters: ReadonlyMap<Node, string>,
  wanted: readonly Tensor[],
  { freeze, head }: TrainableOptions,
): ReadonlySet<string> {
  const names = [...parameters.values()];
  if (freeze === undefined) return new Set();
  if (typeof freeze === "function") return new Set(names.filter(freeze));
  if ("allButLast" in freeze) {
    const layers = layersOf(parameters, wanted);
    // Without a new head 0 would train nothing.
    const least = head === undefined ? 1 : 0;
    if (!Number.isSafeInteger(freeze.allButLast) || freeze.allButLast < least || freeze.allButLast > layers.length) {
      throw new NnError(
        "attribute-invalid",
        `trainable: allButLast is ${freeze.allButLast}; the graph has ${layers.length} layers with parameters.`,
        `Give a whole number from ${least} to ${layers.length}.`,
      );
    }
    const trained = new Set(layers.slice(layers.length - freeze.allButLast).flatMap((layer) => [...layer.names]));
    return new Set(names.filter((name) => !trained.has(name)));
  }
  const missing = freeze.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new NnError(
      "graph-invalid",
      `trainable: the graph has no parameter ${JSON.stringify(missing)}.`,
      `Use names of: ${names.slice(0, 20).join(", ")}.`,
    );
  }
  return new Set(freeze);
}

function placeHead(
  graph: Graph,
  parameters: ReadonlyMap<Node, string>,
  head: NonNullable<TrainableOptions["head"]>,
): { readonly layer: Layer; readonly on: Tensor } {
  if ("after" in head) {
    const node = graph.nodes.find(({ name }) => name === head.after);
    if (node !== undefined) return { layer: head.layer, on: outputOf(node) };
    const names = graph.nodes.flatMap(({ name }) => (name === undefined ? [] : [name]));
    throw new NnError(
      "graph-invalid",
      `trainable: the graph has no node ${JSON.stringify(head.after)}.`,
      `Use a name of: ${names.slice(-20).join(", ")}.`,
    );
  }
  const outputs = graph.outputs.map(({ tensor }) => tensor);
  const reached = gradientReach(outputs);
  const own = new Map([...parameters].filter(([node]) => reached.has(node)));
  const last = layersOf(own, outputs).at(-1);
  const constant = new Set(own.keys());
  const on = last?.node.inputs.find(
    (tensor) =>
      tensor !== undefined && topological([tensor]).some(({ op }) => op === "Input") && !constant.has(tensor.node),
  );
  if (on !== undefined && outputs.length === 1) return { layer: head, on };
  throw new NnError(
    "graph-invalid",
    `trainable: it is not clear what the new head replaces: the graph has ${outputs.length} outputs.`,
    "Say after which node it comes: head: { layer, after }.",
  );
}

function inputFor(graph: Graph, node: Node, x: LayerInput): Tensor {
  const single = "node" in x && "index" in x ? (x as Tensor) : undefined;
  const tensor = single ?? (x as Readonly<Record<string, Tensor>>)[node.name ?? ""];
  if (tensor !== undefined && (single === undefined || graph.inputs.length === 1)) {
    const declared = node.outputs[0];
    if (declared?.shape.length === tensor.shape.length) return tensor;
    throw new NnError(
      "shape-mismatch",
      `trainable: the input ${node.name} has shape ${formatShape(tensor.shape)}; ` +
        `the graph takes ${formatShape(declared?.shape ?? [])}.`,
      "Give it as many axes as the graph's input has.",
    );
  }
  throw new NnError(
    "graph-invalid",
    `trainable: the graph takes ${graph.inputs.map(({ node: own }) => own.name).join(", ")}; ${node.name} is missing.`,
    "Give one input as a tensor, several by name.",
  );
}

/** What to say where a graph that was exported for one batch size cannot be built for another one. */
function fixedBatch(taken: ReadonlyMap<Node, Tensor>, cause: unknown): NnError | undefined {
  for (const [node, { shape }] of taken) {
    const fixed = node.outputs[0]?.shape[0];
    if (typeof fixed !== "number" || fixed === shape[0]) continue;
    return new NnError(
      "shape-mismatch",
      `trainable: the file is fixed to a batch of ${fixed} and was given one of ${shape[0]}: ${(cause as Error).message}`,
      `Set batchSize to ${fixed} and give numbers of examples that it divides, or export with a dynamic batch axis.`,
      cause,
    );
  }
  return undefined;
}

/** Casts between float types fall away: everything is computed in float32. */
function widened(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] | undefined {
  if (node.op === "Constant" && node.outputs[0]?.dtype === "float64")
    return [apply("Cast", [outputOf(node)], toFloat32)];
  const to = node.op === "Cast" ? node.attributes.to : undefined;
  if (to !== onnxDataType.float16 && to !== onnxDataType.float64) return undefined;
  const x = inputs[0] as Tensor;
  return [x.dtype === "float32" ? x : apply("Cast", [x], toFloat32)];
}

const toFloat32 = { to: onnxDataType.float32 } as const;

function probe(graph: Graph, shape: unknown): LayerInput {
  if (Array.isArray(shape)) {
    const only = graph.inputs[0]?.node;
    return inputNode("x", probed(only?.outputs[0]?.dtype), shape);
  }
  const shapes = shape as Readonly<Record<string, readonly (number | string)[]>>;
  return Object.fromEntries(
    graph.inputs.map(({ node: { name = "" }, dtype }) => [name, inputNode(name, probed(dtype), shapes[name] ?? [])]),
  );
}

/** The element type in which an input is fed: float32 for every float. */
function probed(dtype: DType | undefined): DType {
  return dtype === undefined || floatTypes.has(dtype) ? "float32" : dtype;
}
