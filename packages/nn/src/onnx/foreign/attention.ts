// Attention and RMSNormalization, single operators since version 23, written in the operators that they stand for.
import type { NnError } from "../../errors.ts";
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import {
  add,
  cast,
  div,
  expand,
  int64s,
  like,
  matMul,
  mul,
  reduceMean,
  reshape,
  shapeTensor,
  squeeze,
  transpose,
  unsqueeze,
  where,
} from "../../graph/operators.ts";
import { intAttribute } from "../../graph/spec.ts";
import { formatShape, normalizeAxis } from "../../shape.ts";
import type { ForeignNode } from "./node.ts";
import { refuse as refuseNode } from "./node.ts";

/**
 * softmax(q kᵀ scale + mask) v over heads. q, k and v are [batch, heads, time, width], or [batch, time, heads × width]
 * with the number of heads as attributes; fewer heads of k and v are shared by neighbouring heads of q. A query that sees
 * no key gives 0.
 */
export function writtenAttention(node: ForeignNode): Tensor {
  const { attributes, inputs } = node;
  const [q, k, v, mask] = inputs as readonly [Tensor, Tensor, Tensor, Tensor?];
  if (inputs.slice(4).some((input) => input !== undefined) || node.outputCount > 1) {
    throw refuse(node, "it carries keys and values from run to run, or gives its scores");
  }
  const joined = q.shape.length === 3;
  const heads = joined ? intAttribute(attributes, "q_num_heads", 0) : Number(q.shape[1]);
  const shared = joined ? intAttribute(attributes, "kv_num_heads", 0) : Number(k.shape[1]);
  if (!(heads >= 1 && shared >= 1 && heads % shared === 0)) {
    throw refuse(node, `its heads do not fit: ${formatShape(q.shape)} and ${formatShape(k.shape)}`);
  }
  const apart = (x: Tensor, count: number): Tensor =>
    joined ? transpose(reshape(x, int64s([0, 0, count, -1])), [0, 2, 1, 3]) : x;
  const query = apart(q, heads);
  const [key, value] = [k, v].map((x) => repeated(apart(x, shared), heads / shared)) as [Tensor, Tensor];
  const { scale, softcap = 0 } = attributes;
  const factor = scale === undefined ? inverseRootOfWidth(query) : like(Number(scale), query);
  let scores = matMul(mul(query, factor), transpose(key, [0, 1, 3, 2]));
  if (Number(softcap) !== 0) {
    const cap = like(Number(softcap), scores);
    scores = mul(cap, apply("Tanh", [div(scores, cap)]));
  }
  if (mask !== undefined) {
    scores = add(
      scores,
      mask.dtype === "bool" ? where(mask, like(0, scores), like(Number.NEGATIVE_INFINITY, scores)) : mask,
    );
  }
  if (intAttribute(attributes, "is_causal", 0) === 1) scores = add(scores, futureMask(scores));
  const seen = matMul(weightsOf(scores), value);
  return joined ? reshape(transpose(seen, [0, 2, 1, 3]), int64s([0, 0, -1])) : seen;
}

/** The softmax over the keys; 0 where all scores of a query are minus infinity, of which a softmax makes NaN. */
function weightsOf(scores: Tensor): Tensor {
  const best = apply("ReduceMax", [scores, int64s([-1])], { keepdims: 1 });
  const blind = apply("Equal", [best, like(Number.NEGATIVE_INFINITY, best)]);
  const none = like(0, scores);
  return where(blind, none, apply("Softmax", [where(blind, none, scores)], { axis: -1 }));
}

/** Each head `times` over, side by side. */
function repeated(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const copies = expand(unsqueeze(x, [2]), int64s([1, 1, times, 1, 1]));
  const [batch = 1, heads = 1, time = 1, width = 1] = x.shape;
  return reshape(copies, shapeTensor([batch, Number(heads) * times, time, width], x));
}

/** 1/√width, calculated when the graph runs where the width is a name. */
function inverseRootOfWidth(query: Tensor): Tensor {
  const width = query.shape[3];
  if (typeof width === "number") return like(1 / Math.sqrt(width), query);
  const size = cast(squeeze(apply("Shape", [query], { start: 3, end: 4 }), [0]), query.dtype);
  return apply("Reciprocal", [apply("Sqrt", [size])]);
}

/** 0 where the key stands at or before the query, minus infinity elsewhere. */
function futureMask(scores: Tensor): Tensor {
  const sizes = apply("Shape", [scores], { start: 2, end: 4 });
  const seen = apply("Trilu", [expand(like(1, scores), sizes)], { upper: 0 });
  return where(cast(seen, "bool"), like(0, scores), like(Number.NEGATIVE_INFINITY, scores));
}

/** x over the root of its mean square, times the scale. */
export function writtenRmsNormalization(node: ForeignNode): Tensor {
  const [x, scale] = node.inputs as readonly [Tensor, Tensor];
  const { epsilon = 1e-5 } = node.attributes;
  const first = normalizeAxis(intAttribute(node.attributes, "axis", -1), x.shape.length, node.op);
  const axes = [...x.shape.keys()].slice(first);
  const size = apply("Sqrt", [add(reduceMean(mul(x, x), axes, true), like(Number(epsilon), x))]);
  return mul(div(x, size), scale);
}

function refuse(node: ForeignNode, why: string): NnError {
  return refuseNode(node, why, "Export the model with operator set 18, which writes attention in simpler operators.");
}
