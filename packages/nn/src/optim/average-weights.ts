// An exponential moving average of the weights, which evaluation and the trained model use.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import { add, mul } from "../tensor/elementwise.ts";
import type { Transform, TransformInput } from "./transform.ts";

/**
 * Keeps average ← decay average + (1 - decay) weights after every step; the first step's weights start it, as in
 * torch's AveragedModel. The start is forgotten after several times 1 / (1 - decay) steps: 0.999 is for trainings of
 * thousands of steps. Validation, best weights and the trained model use the average; the training goes on from
 * the weights themselves. Must be the last link: `chain(adamw(), averageWeights(0.999))`.
 */
export function averageWeights(decay: number): Transform {
  return Object.freeze({
    name: `averageWeights(${decay})`,
    joinable: true,
    init: (parameters) =>
      parameters.map(({ data, shape }): TensorData => ({ data: Float32Array.from(data as Float32Array), shape })),
    scalars: (step) => (step === 0 ? [0, 1] : [decay, 1 - decay]),
    update({ updates, parameters, state, scalars: [kept, fresh] }: TransformInput) {
      const next = updates.map((update, i) =>
        add(mul(state[i] as Tensor, kept as Tensor), mul(add(parameters[i] as Tensor, update), fresh as Tensor)),
      );
      return { updates, state: next };
    },
    averages: (_, state) => state,
  } satisfies Transform);
}
