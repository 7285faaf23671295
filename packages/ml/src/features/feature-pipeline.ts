// The fitted features as graph operators: raw columns in, one float32 matrix out.
import type { ColumnReading } from "@lepta/data";
import { input, type Tensor } from "@lepta/nn";
import { applyFeatures } from "./apply-features.ts";
import type { Feature, FeatureState } from "./feature-state.ts";

/** An input of the model: one column of the table, shape [N, 1]. */
export interface FeatureInput {
  readonly name: string;
  readonly type: "number" | "boolean" | "timestamp" | "category";
  readonly reading: ColumnReading;
  /** float64 with NaN for missing, or string with "" for missing. */
  readonly dtype: "float64" | "string";
}

export interface FeaturePipeline {
  readonly state: FeatureState;
  readonly inputs: readonly FeatureInput[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** What was put together, one sentence each. */
  readonly notes: readonly string[];
  /** Names of the matrix's columns, in order, for example `purpose=A43`. */
  readonly columns: readonly string[];
  /** Fresh symbolic inputs, one a feature, under the columns' names. */
  readonly placeholders: () => Record<string, Tensor>;
  /** The matrix [N, columns.length], float32, of inputs by name. */
  readonly apply: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
}

/** The pipeline of a stored state. */
export function featurePipeline(state: FeatureState, leftOut: FeaturePipeline["leftOut"] = []): FeaturePipeline {
  const inputs = state.features.map(inputOf);
  return {
    state,
    inputs,
    leftOut,
    notes: state.features.flatMap(notesOf),
    columns: columnsOf(state),
    placeholders: () => Object.fromEntries(inputs.map(({ name, dtype }) => [name, input(name, dtype, ["N", 1])])),
    apply: (tensors) => applyFeatures(state, tensors),
  };
}

function notesOf(feature: Feature): string[] {
  if (feature.kind === "number" || !feature.other) return [];
  const { name, different, categories, effects } = feature;
  const counted = effects?.values.length ?? 0;
  const rest = different - categories.length;
  return [
    `${name} has ${different} values: the ${categories.length} commonest have a column each, ${
      counted > 0
        ? `${counted} count by the average target of their rows, drawn to that of all where they are few` +
          (counted < rest ? `, and the others are taken together` : "")
        : `the other ${rest} are taken together`
    }`,
  ];
}

function inputOf(feature: Feature): FeatureInput {
  const { name, reading } = feature;
  return feature.kind === "number"
    ? { name, type: feature.type, reading, dtype: "float64" }
    : { name, type: "category", reading, dtype: "string" };
}

/** Name of the matrix's column that holds an effect of a category's rarer values. */
export function effectName(category: string, at: number): string {
  return at === 0 ? `effect of ${category}` : `effect of ${category} on class ${at}`;
}

/** In the order in which `applyFeatures` joins them. */
function columnsOf({ features }: FeatureState): string[] {
  const numbers = features.filter((feature) => feature.kind === "number");
  return [
    ...numbers.map(({ name }) => name),
    ...numbers.flatMap(({ name, missing }) => (missing ? [`${name} is missing`] : [])),
    ...numbers.flatMap(({ name, edges }) => edges.slice(1).map((edge, i) => `${name} in ${edges[i]} to ${edge}`)),
    ...numbers.flatMap(({ name, cycles }) => cycles.map((cycle) => `sine of ${name}'s ${cycle}`)),
    ...numbers.flatMap(({ name, cycles }) => cycles.map((cycle) => `cosine of ${name}'s ${cycle}`)),
    ...features.flatMap((feature) => {
      if (feature.kind === "number") return [];
      const { name, categories, missing, other, effects } = feature;
      return [
        ...categories.map((category) => `${name}=${category}`),
        ...(missing ? [`${name} is missing`] : []),
        ...(other ? [`${name} is another`] : []),
        ...Array.from({ length: effects?.width ?? 0 }, (_, i) => effectName(name, i)),
      ];
    }),
  ];
}
