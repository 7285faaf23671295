// A network and its loss on a batch of known size, outside of training.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { evaluationContext } from "../layers/context.ts";
import type { LayerOutput } from "../layers/layer.ts";
import { mapParameters } from "../layers/parameters.ts";
import { input } from "../tensor/leaves.ts";
import type { StepPlan } from "./plan.ts";
import { networkInput, partOf } from "./ports.ts";

export type Evaluated = Pick<StepPlan, "net" | "parameters" | "loss" | "arrays">;

/** The forward pass: its inputs are named as the arrays, and `parameter0`, `parameter1`, … in the order of listParameters. */
export function forwardPass(
  { net, parameters, loss, arrays }: Evaluated,
  batchSize: number,
): { readonly prediction: LayerOutput; readonly loss: Tensor } {
  const batch = Object.fromEntries(
    arrays.map(({ name, dtype, shape }) => [name, input(name, dtype, [batchSize, ...shape])] as const),
  );
  let next = 0;
  const tree = mapParameters(parameters, ({ shape }) => input(`parameter${next++}`, "float32", shape));
  const prediction = net.apply(tree, networkInput(batch), evaluationContext());
  const value: unknown = loss(prediction, partOf(batch, "target"), batch.weight);
  if (typeof value === "object" && value !== null && "node" in value) return { prediction, loss: value as Tensor };
  throw new NnError(
    "training-option-invalid",
    `The loss gave ${typeof value === "function" ? "a function" : typeof value}, not a tensor.`,
    "Call the function that makes the loss, as in crossEntropy(), or return a scalar tensor.",
  );
}
