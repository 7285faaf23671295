// The fitted features as graph operators: raw columns in, one float32 matrix out.
import type { ColumnReading, ColumnType } from "@lepta/data";
import { concat, input, type Tensor } from "@lepta/nn";
import { featureGroups, featureKind, inputKinds } from "../inputs/index.ts";
import type { Port } from "../inputs/port.ts";
import type { FeatureState } from "./feature-state.ts";

/** An input of the model: one column of the table, shape [N, 1]. */
export interface FeatureInput {
  readonly name: string;
  readonly type: ColumnType;
  readonly reading: ColumnReading;
  /** float64 with NaN for missing, or string with "" for missing. */
  readonly dtype: Port["dtype"];
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
  const { features } = state;
  const groups = featureGroups(features);
  const inputs = features.map(({ name, reading }): FeatureInput => {
    const { type } = reading;
    return { name, type, reading, dtype: inputKinds[type].port.dtype };
  });
  return {
    state,
    inputs,
    leftOut,
    notes: features.flatMap((feature) => featureKind(feature).notes(feature)),
    columns: groups.flatMap(({ kind, features: own }) => kind.columns(own)),
    placeholders: () =>
      Object.fromEntries(
        inputs.map(({ name, type }) => {
          const { dtype, shape } = inputKinds[type].port;
          return [name, input(name, dtype, ["N", ...shape])];
        }),
      ),
    apply(tensors) {
      const parts = groups.flatMap(({ kind, features: own }) => kind.apply(own, tensors));
      return parts.length === 1 ? parts[0]! : concat(parts, 1);
    },
  };
}
