// Decision trees in a graph.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";

/** One tree. Lists have one entry a node; the root is node 0, and a node whose `left` is 0 is a leaf. */
export interface DecisionTree {
  /** Column of the result that the leaves' values are added to. */
  readonly target: number;
  /** Column that a node compares. */
  readonly features: ArrayLike<number>;
  /** In float32: a row whose value is at most this goes left. */
  readonly thresholds: ArrayLike<number>;
  /** Whether a missing value (NaN) goes left: 1 or 0. */
  readonly missingLeft: ArrayLike<number>;
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  /** Of leaves. */
  readonly values: ArrayLike<number>;
}

export interface DecisionTreesOptions {
  /** At least one. */
  readonly trees: readonly DecisionTree[];
  /** Added to every row, one number for each column of the result. */
  readonly base: readonly number[];
}

/**
 * Rows [N, columns] (float32) to sums of the leaves that they come to in all trees, [N, base.length]. No gradient flows
 * through it. Throws `attribute-invalid` where the lists are no trees.
 */
export function decisionTrees(x: Tensor, { trees, base }: DecisionTreesOptions): Tensor {
  const nodes = trees.flatMap((tree, id) =>
    Array.from(tree.left, (left, node) => ({ tree, id, node, leaf: left === 0 })),
  );
  const leaves = nodes.filter(({ leaf }) => leaf);
  return apply("TreeEnsembleRegressor", [x], {
    aggregate_function: "SUM",
    base_values: base,
    n_targets: base.length,
    nodes_treeids: nodes.map(({ id }) => id),
    nodes_nodeids: nodes.map(({ node }) => node),
    nodes_modes: nodes.map(({ leaf }) => (leaf ? "LEAF" : "BRANCH_LEQ")),
    nodes_featureids: nodes.map(({ tree, node, leaf }) => (leaf ? 0 : tree.features[node]!)),
    nodes_values: nodes.map(({ tree, node, leaf }) => (leaf ? 0 : tree.thresholds[node]!)),
    nodes_missing_value_tracks_true: nodes.map(({ tree, node, leaf }) => (leaf ? 0 : tree.missingLeft[node]!)),
    nodes_truenodeids: nodes.map(({ tree, node }) => tree.left[node]!),
    nodes_falsenodeids: nodes.map(({ tree, node, leaf }) => (leaf ? 0 : tree.right[node]!)),
    post_transform: "NONE",
    target_treeids: leaves.map(({ id }) => id),
    target_nodeids: leaves.map(({ node }) => node),
    target_ids: leaves.map(({ tree }) => tree.target),
    target_weights: leaves.map(({ tree, node }) => tree.values[node]!),
  });
}
