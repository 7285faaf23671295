// Whether a training changes anything: a step whose loss depends on no trained parameter is refused before it runs.
import { NnError } from "../errors.ts";
import { gradientReach } from "../grad/gradients.ts";
import type { Tensor } from "../graph/node.ts";
import type { NamedParameter } from "../layers/parameters.ts";

/**
 * Throws `training-option-invalid` where parameters are to be trained and the loss has a gradient with respect to none
 * of them, and the network does not update parameters by itself. `tensors` are the parameters' in the order of `named`.
 * A network that is frozen as a whole is what it was told to be.
 */
export function checkReached(
  loss: Tensor,
  named: readonly NamedParameter[],
  tensors: readonly Tensor[],
  updates: boolean,
): void {
  const reached = gradientReach([loss]);
  const trained = [...named.keys()].filter((i) => named[i]?.value.trained !== false);
  if (updates || trained.length === 0 || trained.some((i) => reached.has((tensors[i] as Tensor).node))) return;
  const names = trained.slice(0, 10).map((i) => named[i]?.path);
  throw new NnError(
    "training-option-invalid",
    `The training would change nothing: the loss does not depend on what is trained (${names.join(", ")}).`,
    "Freeze less, train another output, or give the network a new head.",
  );
}
