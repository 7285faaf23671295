// TabM as a layer (Gorishniy et al. 2025, arXiv 2410.24210): many networks that share their first weights.
import {
  add,
  dropout,
  type Layer,
  layer,
  matMul,
  mul,
  type Parameters,
  relu,
  reshape,
  type Tensor,
  transpose,
} from "@lepta/nn";

export interface TabmOptions {
  /** Independent ensembles; nothing is shared between them. */
  readonly groups: number;
  /** Networks of a group. One alone is a plain network without adapters. */
  readonly members: number;
  /** Units of the hidden layer. */
  readonly hidden: number;
  readonly outputs: number;
  /** Rate on the hidden units, 0 to below 1. */
  readonly dropout: number;
}

/**
 * [batch, features] → [batch, groups, members, outputs]: one hidden layer with ReLU, then a linear head of each
 * member's own. A member's first weights are its group's, times the member's adapters on the features (standard
 * normal at first, which sets members apart) and on the units (one at first); biases are its own. The adapters scale
 * the weights in place of the activations, so all members' layers are one matrix product.
 */
export function tabm({ groups, members, hidden, outputs, dropout: rate }: TabmOptions): Layer {
  const networks = groups * members;
  const drop = dropout(rate);
  return layer({
    name: `tabm(${groups} × ${members} × ${hidden})`,
    init(inputShape, rng): Parameters {
      const features = Number(inputShape[1]);
      const uniform = (count: number, fanIn: number): Float32Array => {
        const bound = 1 / Math.sqrt(fanIn);
        return Float32Array.from({ length: count }, () => rng.uniform(-bound, bound));
      };
      const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => rng.normal());
      const adapters = {
        featureAdapters: { data: normal(features * networks), shape: [features, groups, members, 1] },
        unitAdapters: { data: new Float32Array(networks * hidden).fill(1), shape: [1, groups, members, hidden] },
      };
      return {
        weights: { data: uniform(features * groups * hidden, features), shape: [features, groups, 1, hidden] },
        bias: { data: uniform(networks * hidden, features), shape: [1, networks * hidden] },
        headWeights: { data: uniform(networks * hidden * outputs, hidden), shape: [networks, hidden, outputs] },
        headBias: { data: uniform(networks * outputs, hidden), shape: [networks, 1, outputs] },
        ...(members > 1 ? adapters : {}),
      };
    },
    apply(parameters, x, context) {
      const { weights, bias, headWeights, headBias, featureAdapters, unitAdapters } = parameters as Readonly<
        Record<string, Tensor>
      >;
      const [batch, features] = x.shape as [number | string, number];
      const own = featureAdapters === undefined ? weights! : mul(mul(weights!, featureAdapters), unitAdapters!);
      const units = relu(add(matMul(x, reshape(own, [features, networks * hidden])), bias!));
      const dropped = drop.apply({}, units, context);
      const byNetwork = transpose(reshape(dropped, [batch, networks, hidden]), [1, 0, 2]);
      const heads = add(matMul(byNetwork, headWeights!), headBias!);
      return reshape(transpose(heads, [1, 0, 2]), [batch, groups, members, outputs]);
    },
  });
}
