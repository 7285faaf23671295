// Contexts for building graphs outside training: evaluation and deployment.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { Context } from "./layer.ts";

/** A context for evaluation; `observe` is called with the path of every layer and its result. */
export function evaluationContext(observe: (path: string, tensor: Tensor) => void = () => {}, path = ""): Context {
  const join = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return {
    training: false,
    randomBits() {
      throw new NnError(
        "graph-invalid",
        `${path || "A layer"} asked for random numbers outside training.`,
        "Ask for them only where context.training is true.",
      );
    },
    update() {
      throw new NnError(
        "graph-invalid",
        `${path || "A layer"} updated a parameter outside training.`,
        "Update parameters only where context.training is true.",
      );
    },
    child: (name) => evaluationContext(observe, join(name)),
    observe: (name, tensor) => observe(join(name), tensor),
  };
}
