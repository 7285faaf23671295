// Gradient accumulation: one update from the mean gradient of several batches.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { add, greater, mul, where } from "../tensor/elementwise.ts";
import type { Progress, Transform, TransformInput } from "./transform.ts";
import { slotsOf, zerosFor } from "./transform.ts";

/**
 * `optimizer` on the mean gradient of every `count` batches; the steps between change nothing. For losses that are
 * means, this equals batches `count` times as large at the memory of one. Schedules inside count updates. A group of
 * batches may go on into the next epoch.
 */
export function accumulateGradients(count: number, optimizer: Transform): Transform {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new NnError(
      "attribute-invalid",
      `accumulateGradients: ${count} batches an update.`,
      "Use a whole number of 1 or more.",
    );
  }
  return Object.freeze({
    name: `accumulateGradients(${count}, ${optimizer.name})`,
    joinable: optimizer.joinable,
    init: (parameters) => [...zerosFor(parameters), ...optimizer.init(parameters)],
    scalars: (step: number, progress?: Progress) => [
      step % count === count - 1 ? 1 : 0,
      ...optimizer.scalars(Math.floor(step / count), progress),
    ],
    update({ updates, parameters, state, scalars }: TransformInput) {
      const due = greater(scalars[0] as Tensor, 0);
      const size = updates.length;
      const sums = updates.map((g, i) => add(state[i] as Tensor, mul(g, 1 / count)));
      const inner = optimizer.update({
        updates: sums,
        parameters,
        state: state.slice(size),
        scalars: scalars.slice(1),
      });
      return {
        updates: inner.updates.map((update) => where(due, update, 0)),
        state: [
          ...sums.map((sum) => where(due, 0, sum)),
          ...inner.state.map((next, i) => where(due, next, state[size + i] as Tensor)),
        ],
      };
    },
    averages(parameters, state) {
      const own = state.slice(parameters.length, parameters.length + slotsOf(optimizer, parameters));
      return optimizer.averages?.(parameters, own) ?? parameters;
    },
  } satisfies Transform);
}
