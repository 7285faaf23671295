// What the attributes of a tree ensemble say: whether they are trees at all, and how far a row walks through them.
import { NnError } from "../errors.ts";
import type { Attribute, Attributes } from "./node.ts";

export interface TreeEnsemble {
  /** Columns of the result. */
  readonly targets: number;
  /** Columns of the input that the trees read: one more than the last of them. */
  readonly columns: number;
  /** Most nodes that a row passes, of all trees together. */
  readonly steps: number;
}

/** Runtimes read trees by recursion. */
const deepest = 1024;
const branches: ReadonlySet<string> = new Set([
  "BRANCH_LEQ",
  "BRANCH_LT",
  "BRANCH_GTE",
  "BRANCH_GT",
  "BRANCH_EQ",
  "BRANCH_NEQ",
]);
const aggregates: ReadonlySet<Attribute | undefined> = new Set([undefined, "SUM", "AVERAGE", "MIN", "MAX"]);
const transforms: ReadonlySet<Attribute | undefined> = new Set([
  undefined,
  "NONE",
  "SOFTMAX",
  "LOGISTIC",
  "SOFTMAX_ZERO",
  "PROBIT",
]);
const known = new WeakMap<Attributes, TreeEnsemble>();

/**
 * Throws `attribute-invalid` unless the nodes of each tree stand together, its root first, every other node being the
 * branch of exactly one; and all weights belong to leaves and to columns of the result.
 */
export function treeEnsemble(attributes: Attributes): TreeEnsemble {
  const found = known.get(attributes) ?? checked(attributes);
  known.set(attributes, found);
  return found;
}

function checked(attributes: Attributes): TreeEnsemble {
  const trees = numbers(attributes.nodes_treeids);
  const ids = numbers(attributes.nodes_nodeids);
  const features = numbers(attributes.nodes_featureids);
  const modes = (attributes.nodes_modes ?? []) as readonly string[];
  const whenTrue = numbers(attributes.nodes_truenodeids);
  const whenFalse = numbers(attributes.nodes_falsenodeids);
  const missing = numbers(attributes.nodes_missing_value_tracks_true);
  const count = modes.length;
  for (const list of [trees, ids, features, whenTrue, whenFalse])
    if (list.length !== count) throw invalid("its lists of nodes have different lengths");
  if (lengthOf(attributes, "nodes_values") !== count) throw invalid("it has not one value for each node");
  if (missing.length !== 0 && missing.length !== count)
    throw invalid("nodes_missing_value_tracks_true has not one entry for each node");
  if (count === 0) throw invalid("it has no node");
  if (!aggregates.has(attributes.aggregate_function)) throw invalid("its aggregate_function is none of ONNX's");
  if (!transforms.has(attributes.post_transform)) throw invalid("its post_transform is none of ONNX's");
  const places = new Map<number, Map<number, number>>();
  let columns = 0;
  for (let node = 0; node < count; node++) {
    const tree = trees[node]!;
    if (places.has(tree) && trees[node - 1] !== tree) throw invalid(`the nodes of tree ${tree} do not stand together`);
    const own = places.get(tree) ?? new Map<number, number>();
    if (own.has(ids[node]!)) throw invalid(`tree ${tree} has two nodes ${ids[node]}`);
    places.set(tree, own.set(ids[node]!, node));
    if (modes[node] === "LEAF") continue;
    if (!branches.has(modes[node]!))
      throw invalid(`the mode ${JSON.stringify(modes[node]?.slice(0, 80))} is not known`);
    const feature = features[node]!;
    if (!(Number.isSafeInteger(feature) && feature >= 0)) throw invalid(`a node reads the column ${feature}`);
    columns = Math.max(columns, feature + 1);
  }
  // Children stand anywhere in their tree; a node that is reached twice, or never, makes it no tree.
  const reached = new Uint8Array(count);
  let total = 0;
  let steps = 0;
  for (const [tree, own] of places) {
    let deep = 0;
    const open: [node: number, depth: number][] = [[own.values().next().value!, 1]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next;
      if (reached[node] === 1) throw invalid(`tree ${tree} reaches node ${ids[node]} in two ways`);
      if (depth > deepest) throw invalid(`tree ${tree} is deeper than ${deepest}`);
      reached[node] = 1;
      total++;
      deep = Math.max(deep, depth);
      if (modes[node] === "LEAF") continue;
      for (const id of [whenTrue[node]!, whenFalse[node]!]) {
        const child = own.get(id);
        if (child === undefined) throw invalid(`tree ${tree} has no node ${id}`);
        open.push([child, depth + 1]);
      }
    }
    steps += deep;
  }
  if (total !== count) throw invalid("some nodes are reached from no root");
  const targets = Number(attributes.n_targets ?? 1);
  if (!(targets >= 1 && targets <= 2 ** 20)) throw invalid(`n_targets is ${targets}`);
  checkWeights(attributes, targets, (tree, id) => modes[places.get(tree)?.get(id) ?? -1] === "LEAF");
  return { targets, columns, steps };
}

function checkWeights(attributes: Attributes, targets: number, isLeaf: (tree: number, id: number) => boolean): void {
  const target = numbers(attributes.target_ids);
  const trees = numbers(attributes.target_treeids);
  const ids = numbers(attributes.target_nodeids);
  if ([trees.length, ids.length, lengthOf(attributes, "target_weights")].some((length) => length !== target.length))
    throw invalid("its lists of weights have different lengths");
  for (let i = 0; i < target.length; i++) {
    if (!(target[i]! >= 0 && target[i]! < targets)) throw invalid(`a weight goes to column ${target[i]} of ${targets}`);
    if (!isLeaf(trees[i]!, ids[i]!))
      throw invalid(`node ${ids[i]} of tree ${trees[i]}, which has a weight, is no leaf`);
  }
  const base = lengthOf(attributes, "base_values");
  if (base !== 0 && base !== targets) throw invalid(`it has ${base} base values for ${targets} columns`);
}

const numbers = (value: Attribute | undefined): readonly number[] =>
  ((value ?? []) as readonly (number | bigint)[]).map(Number);

/** Length of numbers that stand in a list or, in double precision, in a tensor. */
function lengthOf(attributes: Attributes, name: string): number {
  const list = attributes[name] as readonly number[] | undefined;
  const tensor = attributes[`${name}_as_tensor`];
  if (tensor === undefined) return list?.length ?? 0;
  if (list !== undefined) throw invalid(`it has both ${name} and ${name}_as_tensor`);
  return typeof tensor === "object" && "data" in tensor ? tensor.data.length : 0;
}

function invalid(what: string): NnError {
  return new NnError(
    "attribute-invalid",
    `TreeEnsembleRegressor: ${what}.`,
    "Give the trees as ONNX describes them, each from its root on.",
  );
}
