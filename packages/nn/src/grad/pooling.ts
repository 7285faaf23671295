// Gradient rules of pooling.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { cast, div, expand, like, mul, reduceSum, shapeOf } from "../graph/operators.ts";
import { windowOf } from "../graph/window.ts";
import type { Workload } from "./formulations/formulation.ts";
import { knownSizes, writeChosen } from "./formulations/formulation.ts";
import { averagePool, divisor, windowCounts } from "./formulations/pooling-average.ts";
import { maximumPool } from "./formulations/pooling-maximum.ts";
import type { Backward, Rule } from "./rule.ts";

function workloadOf({ inputs, output, gradient }: Backward, ...more: readonly Tensor[]): Workload {
  const x = inputs[0] as Tensor;
  const { op, attributes } = output.node;
  const result = knownSizes(x, op);
  const window = windowOf(op, attributes, x.shape.length - 2);
  return { tensors: [x, ...more, gradient], window, groups: 1, result };
}

const maximum: Rule = (backward) => [writeChosen(maximumPool, workloadOf(backward, backward.output), backward.choose)];

const average: Rule = (backward) => {
  const workload = workloadOf(backward);
  const counts = windowCounts(workload, backward.output.node.attributes.count_include_pad === 1);
  const g = div(backward.gradient, divisor(counts, backward.gradient));
  return [writeChosen(averagePool, { ...workload, tensors: [workload.tensors[0] as Tensor, g] }, backward.choose)];
};

const globalAverage: Rule = ({ inputs, gradient }) => {
  const x = inputs[0] as Tensor;
  const sizes = knownSizes(x, "GlobalAveragePool").slice(2);
  const share = mul(gradient, like(1 / sizes.reduce((a, b) => a * b, 1), gradient));
  return [expand(share, shapeOf(x))];
};

/** Equal maxima share the gradient equally, as in PyTorch's amax. */
const globalMaximum: Rule = ({ inputs, output, gradient }) => {
  const x = inputs[0] as Tensor;
  const hits = cast(apply("Equal", [x, output]), x.dtype);
  const axes = x.shape.map((_, i) => i).slice(2);
  return [mul(hits, div(gradient, reduceSum(hits, axes, true)))];
};

export const poolingRules: Readonly<Record<string, Rule>> = {
  MaxPool: maximum,
  AveragePool: average,
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMaximum,
};
