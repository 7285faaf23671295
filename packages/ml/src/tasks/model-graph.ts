// The whole model as one graph: raw columns in; probabilities and label, or the value, out.
import type { SchemaTarget } from "@lepta/data";
import {
  add,
  argMax,
  buildGraph,
  cast,
  constant,
  type Graph,
  gather,
  greaterOrEqual,
  identity,
  mul,
  reshape,
  slice,
  type Tensor,
  where,
} from "@lepta/nn";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { FittedModel } from "../models/model.ts";
import { outputNames } from "../outcomes/index.ts";

export interface ModelParts {
  readonly features: FeaturePipeline;
  readonly fit: Pick<FittedModel, "predict">;
  /** Undefined for a regression. */
  readonly classes: readonly string[] | undefined;
  readonly positive?: string | undefined;
  /** Call a row positive from this probability on. Default: the more probable class. */
  readonly threshold?: number | undefined;
  /** A regression's value = mean + scale × the model's number. */
  readonly mean: number;
  readonly scale: number;
}

/**
 * Inputs: one a column, [N, 1]. Outputs: probabilities [N, classes] float32 and label [N] string,
 * or value [N, 1] float64: the model's number is a small one, but mean + scale × it may be milliseconds since 1970.
 */
export function modelGraph(parts: ModelParts): Graph {
  const { features, fit, classes, mean, scale } = parts;
  const inputs = features.placeholders();
  const columns = Object.keys(inputs);
  const output = fit.predict(features.apply(inputs));
  const options = { name: "lepta", inputs: Object.values(inputs) };
  if (classes === undefined)
    return buildGraph({ [outputNames("number", columns).value]: restored(output, mean, scale) }, options);
  const names = outputNames("class", columns);
  const label = labelOf(output, classes, parts);
  return buildGraph({ [names.probabilities]: identity(output), [names.label]: label }, options);
}

function restored(output: Tensor, mean: number, scale: number): Tensor {
  return add(mul(cast(output, "float64"), constant(scale, "float64")), constant(mean, "float64"));
}

/** The same model, as `modelGraph` made it, whose label is the positive class from `threshold` on. */
export function atThreshold(
  graph: Graph,
  columns: readonly string[],
  { classes, positive }: SchemaTarget,
  threshold: number,
): Graph {
  if (classes === undefined) return graph;
  const names = outputNames("class", columns);
  const probabilities = graph.outputs.find(({ name }) => name === names.probabilities)!.tensor;
  const label = labelOf(probabilities, classes, { positive, threshold });
  return buildGraph(
    { [names.probabilities]: probabilities, [names.label]: label },
    { name: graph.name, inputs: [...graph.inputs] },
  );
}

/** The class [N] as a string. */
function labelOf(probabilities: Tensor, classes: readonly string[], decision: Decision): Tensor {
  return gather(constant(classes), decided(probabilities, classes, decision), 0);
}

type Decision = Pick<ModelParts, "positive" | "threshold">;

/** Class index [N]. */
function decided(probabilities: Tensor, classes: readonly string[], { positive, threshold }: Decision): Tensor {
  if (threshold === undefined || classes.length !== 2) return argMax(probabilities, 1);
  const index = positive === undefined ? 1 : classes.indexOf(positive);
  const score = reshape(slice(probabilities, index, index + 1, 1), [-1]);
  const called = greaterOrEqual(cast(score, "float64"), constant(threshold, "float64"));
  return where(called, constant([BigInt(index)]), constant([BigInt(1 - index)]));
}
