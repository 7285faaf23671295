// Attributes that files may have beside those of the catalogue: older forms, and operators that are written out on reading.
import { NnError } from "../../errors.ts";
import { catalogue } from "../../graph/catalogue.ts";
import type { AttributeKind } from "../../graph/spec.ts";

type Kinds = Readonly<Record<string, AttributeKind>>;

/** Reductions: the axes were an attribute until version 17. */
const reduction: Kinds = { axes: "ints", keepdims: "int", noop_with_empty_axes: "int" };

/**
 * By operator of the standard domain: what an adapter (operators.ts) reads. Names that stand neither here nor in the
 * catalogue are refused: what is not known may change the result.
 */
export const foreignAttributes: Readonly<Record<string, Kinds>> = {
  Attention: {
    is_causal: "int",
    kv_num_heads: "int",
    q_num_heads: "int",
    // Which scores the fourth output gives, which is refused, and the precision of the softmax inside.
    qk_matmul_output_mode: "int",
    scale: "float",
    softcap: "float",
    softmax_precision: "int",
  },
  // Only one of 8 bits is concerned, and those are no element types here.
  CastLike: { saturate: "int" },
  Celu: { alpha: "float" },
  Constant: {
    value: "tensor",
    value_float: "float",
    value_floats: "floats",
    value_int: "int",
    value_ints: "ints",
    value_string: "string",
    value_strings: "strings",
  },
  ConstantOfShape: { value: "tensor" },
  // Seeds of training only.
  Dropout: { seed: "int" },
  Einsum: { equation: "string" },
  Flatten: { axis: "int" },
  GRU: { layout: "int" },
  If: { else_branch: "graph", then_branch: "graph" },
  LSTM: { layout: "int" },
  LpNormalization: { axis: "int", p: "int" },
  Mean: {},
  RMSNormalization: { axis: "int", epsilon: "float", stash_type: "int" },
  RNN: { layout: "int" },
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSum: reduction,
  ReduceSumSquare: reduction,
  Selu: { alpha: "float", gamma: "float" },
  Size: {},
  Softsign: {},
  Split: { num_outputs: "int" },
  Sum: {},
};

/** The kind of the attribute `name` in a file's node: of the catalogue's entry, or of the other forms listed here. */
function kindOf(op: string, domain: string, name: string): AttributeKind | undefined {
  const own = Object.hasOwn(catalogue, op) ? catalogue[op] : undefined;
  const foreign = domain === "" && Object.hasOwn(foreignAttributes, op) ? foreignAttributes[op] : undefined;
  for (const kinds of [own?.domain === domain ? own.attributes : undefined, foreign]) {
    if (kinds !== undefined && Object.hasOwn(kinds, name)) return kinds[name];
  }
  return undefined;
}

/**
 * Throws `model-file-invalid` for an attribute that the operator is not known to have, or of another kind: it may
 * change what the operator computes. Operators that are not read are left to the error that says so.
 */
export function checkAttributes(
  op: string,
  domain: string,
  attributes: readonly { readonly name: string; readonly kind: AttributeKind | undefined }[],
): void {
  const own = Object.hasOwn(catalogue, op) && catalogue[op]?.domain === domain;
  if (!own && !(domain === "" && Object.hasOwn(foreignAttributes, op))) return;
  for (const { name, kind } of attributes) {
    const wanted = kindOf(op, domain, name);
    if (wanted !== undefined && wanted === kind) continue;
    const label = `Node ${JSON.stringify(op)} has an attribute ${JSON.stringify(name.slice(0, 80))}`;
    throw new NnError(
      "model-file-invalid",
      wanted === undefined ? `${label}, which is not known.` : `${label} that is not of kind ${wanted}.`,
      "Export the model without it, if the result does not depend on it.",
    );
  }
}
