// Gradients of RNN, GRU and LSTM: those of the same steps written out.
import { floatTypes } from "../dtype.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { unrolledOperator } from "../graph/recurrent.ts";
import type { Rule } from "./rule.ts";

/**
 * The steps are computed once more: the operators give no gates. A training step has them written out beforehand
 * (layers/recurrent-operators.ts), and does not.
 */
const recurrent: Rule = ({ inputs, output, gradients, wanted, pullBack }) => {
  // Nodes of their own, so that the walk ends at the inputs, however they depend on each other.
  const own = (inputs as readonly (Tensor | undefined)[]).map((x) => x && apply("Identity", [x]));
  const { op, attributes } = output.node;
  const outputs = unrolledOperator({ op, attributes, inputs: own });
  const seeds = gradients.flatMap((gradient, i) =>
    gradient === undefined ? [] : [{ tensor: outputs[i] as Tensor, gradient }],
  );
  const targets = [...own.keys()].filter((i) => wanted[i] && floatTypes.has((own[i] as Tensor).dtype));
  const grads = pullBack(
    seeds,
    targets.map((i) => own[i] as Tensor),
  );
  return own.map((_, i) => grads[targets.indexOf(i)]);
};

export const recurrentRules: Readonly<Record<string, Rule>> = { GRU: recurrent, LSTM: recurrent, RNN: recurrent };
