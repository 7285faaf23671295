// Catalogue entries of decision trees.
import { numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { required, takes } from "../spec.ts";
import { treeEnsemble } from "../tree-ensemble.ts";
import { spec } from "./spec.ts";

export const treeOps: Readonly<Record<string, OpSpec>> = {
  /** Rows [N, columns] to sums of what the leaves say that they come to, [N, targets], float32. */
  TreeEnsembleRegressor: spec(
    [1, 1],
    (a) => {
      takes(a, numericTypes, 0);
      const { targets, columns } = treeEnsemble(a.attributes);
      const { shape } = required(a, 0);
      const [rows, width] = shape;
      if (shape.length !== 2 || rows === undefined || !(typeof width === "number" && width >= columns)) {
        throw new NnError(
          "shape-mismatch",
          `TreeEnsembleRegressor: its input is ${formatShape(shape)}; its trees read ${columns} columns.`,
          "Give rows [N, columns] with all columns that the trees read.",
        );
      }
      return [{ dtype: "float32", shape: [rows, targets] }];
    },
    {
      aggregate_function: "string",
      base_values: "floats",
      base_values_as_tensor: "tensor",
      n_targets: "int",
      nodes_falsenodeids: "ints",
      nodes_featureids: "ints",
      nodes_hitrates: "floats",
      nodes_hitrates_as_tensor: "tensor",
      nodes_missing_value_tracks_true: "ints",
      nodes_modes: "strings",
      nodes_nodeids: "ints",
      nodes_treeids: "ints",
      nodes_truenodeids: "ints",
      nodes_values: "floats",
      nodes_values_as_tensor: "tensor",
      post_transform: "string",
      target_ids: "ints",
      target_nodeids: "ints",
      target_treeids: "ints",
      target_weights: "floats",
      target_weights_as_tensor: "tensor",
    },
    "ai.onnx.ml",
  ),
};
