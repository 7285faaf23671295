// A network's summary: each layer's output shape, parameters and multiply-adds, as data and as text.
import { NnError } from "../errors.ts";
import { topological } from "../graph/build.ts";
import { multiplyAddsOf } from "../graph/multiply-adds.ts";
import type { Tensor } from "../graph/node.ts";
import { evaluationContext } from "../layers/context.ts";
import type { Context, Layer, LayerInput, LayerOutput, Parameters, ShapeOf } from "../layers/layer.ts";
import { listParameters, mapParameters } from "../layers/parameters.ts";
import { rng } from "../layers/rng.ts";
import type { Dim, Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";
import { input } from "../tensor/leaves.ts";

export interface LayerSummary {
  /** Where the layer stands, for example "0" or "2.1". */
  readonly path: string;
  readonly name: string;
  /** With the batch size as "N"; one entry for each result. */
  readonly outputs: readonly Shape[];
  /** Trained values in the layer and in those inside it. */
  readonly parameters: number;
  /** Values that are not trained: running statistics, frozen parameters. */
  readonly kept: number;
  /** Multiply-adds of one example in convolutions and matrix products, in the layer and in those inside it. */
  readonly multiplyAdds: number;
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly total: LayerSummary;
  /** A table of the layers, 80 to 120 characters wide for usual names. */
  readonly text: string;
}

export interface SummaryOptions {
  /** The parameters, for example of a trained model; by default the network's own fresh ones. */
  readonly parameters?: Parameters;
  /** Element type of an input, where it is not float32: `{ input: "int64" }`, or by the inputs' own names. */
  readonly dtypes?: Readonly<Record<string, Tensor["dtype"]>>;
}

/** Summarises `net` for inputs of one example's shape, without the batch axis: `summarize(net, [3, 32, 32])`. */
export function summarize<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor>(
  net: Layer<X, Y>,
  inputShape: ShapeOf<X>,
  options: SummaryOptions = {},
): Summary {
  if (typeof inputShape !== "object" || inputShape === null) {
    throw new NnError(
      "attribute-invalid",
      "summarize: the shape of an example is missing.",
      "Give it without the batch axis: summarize(net, [3, 32, 32]).",
    );
  }
  const batched = (size: Dim): ShapeOf<X> =>
    (isShape(inputShape)
      ? [size, ...inputShape]
      : Object.fromEntries(
          Object.entries(inputShape as Readonly<Record<string, Shape>>).map(([name, own]) => [name, [size, ...own]]),
        )) as unknown as ShapeOf<X>;
  const parameters = options.parameters ?? net.init(batched("N"), rng(0));
  const shown = trace(net, parameters, batched("N"), options.dtypes ?? {});
  // Sizes are all known with one example, so that its multiply-adds can be counted.
  const counted = trace(net, parameters, batched(1), options.dtypes ?? {});
  const products = counted.observed.map(({ tensors }) => countProducts(tensors));
  const within = (path: string): { readonly parameters: number; readonly kept: number } => {
    const own = listParameters(parameters).filter(
      (entry) => path === "" || entry.path === path || entry.path.startsWith(`${path}.`),
    );
    const count = (list: typeof own): number => list.reduce((sum, { value }) => sum + value.data.length, 0);
    return {
      parameters: count(own.filter(({ value }) => value.trained !== false)),
      kept: count(own.filter(({ value }) => value.trained === false)),
    };
  };
  const all = shown.observed.map(({ path, name, tensors }, i): LayerSummary => {
    // What a layer's result depends on, less what its input (the results before it at its level) depends on.
    const before = counted.observed.slice(0, i).filter((earlier) => !isInside(earlier.path, path));
    const multiplyAdds =
      (products[i] ?? 0) -
      countProducts(
        before.flatMap((earlier) => earlier.tensors),
        counted.observed[i]?.tensors,
      );
    return { path, name, outputs: tensors.map(({ shape }) => shape), ...within(path), multiplyAdds };
  });
  const total = all[all.length - 1] as LayerSummary;
  const layers = all.length > 1 ? all.slice(0, -1) : all;
  return Object.freeze({ layers, total, text: formatSummary(layers, total) });
}

interface Observed {
  readonly path: string;
  readonly name: string;
  readonly tensors: readonly Tensor[];
}

/** The layers in the order in which their results are ready, the whole network last with the path "". */
function trace<X extends LayerInput, Y extends LayerOutput>(
  net: Layer<X, Y>,
  parameters: Parameters,
  shape: ShapeOf<X>,
  dtypes: Readonly<Record<string, Tensor["dtype"]>>,
): { readonly observed: readonly Observed[] } {
  const observed: Observed[] = [];
  const contextAt = (path: string): Context => ({
    ...evaluationContext(),
    child: (name) => contextAt(path === "" ? name : `${path}.${name}`),
    observe: (name, tensor) => observed.push({ path, name, tensors: [tensor] }),
  });
  const leaf = (name: string, own: Shape): Tensor => input(name, dtypes[name] ?? "float32", own);
  const x = isShape(shape)
    ? leaf("input", shape)
    : Object.fromEntries(
        Object.entries(shape as Readonly<Record<string, Shape>>).map(([name, own]) => [name, leaf(name, own)] as const),
      );
  let next = 0;
  const tree = mapParameters(parameters, (value) => input(`parameter ${next++}`, "float32", value.shape));
  const y = net.apply(tree, x as X, contextAt(""));
  const tensors = "node" in y && "index" in y ? [y as Tensor] : Object.values(y as Readonly<Record<string, Tensor>>);
  observed.push({ path: "", name: net.name, tensors });
  return { observed };
}

function isShape(shape: unknown): shape is Shape {
  return Array.isArray(shape);
}

function isInside(path: string, outer: string): boolean {
  return outer === "" || path.startsWith(`${outer}.`);
}

/** Multiply-adds of all nodes that `tensors` depend on; with `of`, only of those that `of` depends on too. */
function countProducts(tensors: readonly Tensor[], of?: readonly Tensor[]): number {
  if (tensors.length === 0) return 0;
  const wanted = of === undefined ? undefined : new Set(topological(of));
  const nodes = topological(tensors).filter((node) => wanted === undefined || wanted.has(node));
  return nodes.reduce((sum, node) => sum + multiplyAddsOf(node), 0);
}

/** The summary's table. */
function formatSummary(layers: readonly LayerSummary[], total: LayerSummary): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  const shapes = ({ outputs }: LayerSummary): string => outputs.map(formatShape).join(", ");
  const cut = (name: string): string => (name.length > 40 ? `${name.slice(0, 39)}…` : name);
  const rows = layers.map((layer) => [
    `${"  ".repeat(Math.max(0, layer.path.split(".").length - 1))}${layer.path}`,
    cut(layer.name),
    shapes(layer),
    count(layer.parameters),
    count(layer.multiplyAdds),
  ]);
  const head = ["", "layer", "output", "parameters", "multiply-adds"];
  const foot = ["", "total", shapes(total), count(total.parameters), count(total.multiplyAdds)];
  const widths = head.map((_, i) => Math.max(...[head, ...rows, foot].map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const kept = total.kept === 0 ? [] : [`and ${count(total.kept)} values that are not trained`];
  return [line(head), rule, ...rows.map(line), rule, line(foot), ...kept].join("\n");
}
