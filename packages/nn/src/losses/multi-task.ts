// The weighted sum of losses on several outputs.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { isTensor } from "../layers/layer.ts";
import { add, mul } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { checkOutputs } from "./loss.ts";

export interface Task {
  readonly loss: Loss;
  /** Default 1. */
  readonly weight?: number;
}

/**
 * Σ weight loss(prediction[name], target[name]) over the named tasks, for networks with several outputs:
 * `multiTask({ kind: crossEntropy(), size: { loss: huber(), weight: 0.1 } })`. Give it a name before `fit`: TypeScript then
 * takes the targets from it.
 */
export function multiTask<K extends string>(
  tasks: Readonly<Record<K, Loss | Task>>,
): Loss<Readonly<Record<K, Tensor>>, Readonly<Record<K, Tensor>>> {
  const list = (Object.entries(tasks) as [K, Loss | Task][]).map(([name, task]) =>
    typeof task === "function" ? { name, loss: task, weight: 1 } : { name, loss: task.loss, weight: task.weight ?? 1 },
  );
  if (list.length === 0) {
    throw new NnError("attribute-invalid", "multiTask: it has no task.", "Give at least one named loss.");
  }
  const names = list.map(({ name }) => name);
  return (predictions, targets, weight) => {
    checkOutputs("multiTask", predictions, names);
    const extra = isTensor(targets) ? undefined : Object.keys(targets).find((name) => !Object.hasOwn(tasks, name));
    if (extra !== undefined) {
      throw new NnError(
        "training-data-invalid",
        `multiTask: the target ${JSON.stringify(extra)} has no task; the tasks are ${names.join(", ")}.`,
        "Give it a loss, or leave the target out.",
      );
    }
    return list
      .map((task) => {
        const [prediction, target] = [predictions[task.name], targets[task.name]];
        if (target === undefined) {
          throw new NnError(
            "training-data-invalid",
            `multiTask: the task ${JSON.stringify(task.name)} has no target.`,
            "Name the network's outputs, the targets and the tasks alike.",
          );
        }
        return mul(task.loss(prediction, target, weight), task.weight);
      })
      .reduce((a, b) => add(a, b));
  };
}
