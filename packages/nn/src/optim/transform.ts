// What a link of an optimiser is: a pure function from gradients to updates, with state that the step carries.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";

export interface TransformInput {
  /** What the links before made of the gradients; the last link's result is added to the parameters. */
  readonly updates: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  readonly state: readonly Tensor[];
  /** The numbers of `scalars` for this step, as float32 scalars. */
  readonly scalars: readonly Tensor[];
}

export interface TransformOutput {
  readonly updates: readonly Tensor[];
  /** As many tensors, of the same shapes, as in the input. */
  readonly state: readonly Tensor[];
}

export interface Transform {
  readonly name: string;
  /** The state before the first step. */
  init(parameters: readonly TensorData[]): readonly TensorData[];
  /** Numbers that depend on the step alone, computed by the host in double precision; `step` counts from 0. */
  scalars(step: number): readonly number[];
  update(input: TransformInput): TransformOutput;
  /**
   * True when the parameters may be joined into one vector (the link treats elements alike, or looks at all of
   * them together): the update is then a few operators for the whole network.
   */
  readonly joinable: boolean;
}

/** An optimiser is a transform, most often a chain. */
export type Optimizer = Transform;

const nothing: Pick<Transform, "init" | "scalars" | "joinable"> = {
  init: () => [],
  scalars: () => [],
  joinable: true,
};

/** A link without state: a function of each update and its parameter. */
export function stateless(
  name: string,
  update: (update: Tensor, parameter: Tensor, scalars: readonly Tensor[]) => Tensor,
  scalars: Transform["scalars"] = nothing.scalars,
): Transform {
  return Object.freeze({
    ...nothing,
    name,
    scalars,
    update: ({ updates, parameters, scalars: now }: TransformInput) => ({
      updates: updates.map((own, i) => update(own, parameters[i] as Tensor, now)),
      state: [],
    }),
  });
}

/** The links one after another. */
export function chain(...links: readonly Transform[]): Transform {
  return Object.freeze({
    name: links.map(({ name }) => name).join(" → "),
    joinable: links.every(({ joinable }) => joinable),
    init: (parameters: readonly TensorData[]) => links.flatMap((link) => link.init(parameters)),
    scalars: (step: number) => links.flatMap((link) => link.scalars(step)),
    update({ updates, parameters, state, scalars }: TransformInput) {
      let current = updates;
      const next: Tensor[] = [];
      let scalarsFrom = 0;
      for (const link of links) {
        const count = link.scalars(0).length;
        const slots = slotsOf(link, parameters);
        const own = state.slice(next.length, next.length + slots);
        const result = link.update({
          updates: current,
          parameters,
          state: own,
          scalars: scalars.slice(scalarsFrom, scalarsFrom + count),
        });
        scalarsFrom += count;
        current = result.updates;
        next.push(...result.state);
      }
      return { updates: current, state: next };
    },
  });
}

/** How many state tensors a link has for parameters of these shapes. */
function slotsOf(link: Transform, parameters: readonly Tensor[]): number {
  return link.init(parameters.map(({ shape }) => ({ data: new Float32Array(0), shape: shape.map(() => 0) }))).length;
}

/** Zeros of the parameters' shapes: one state tensor each. */
export function zerosFor(parameters: readonly TensorData[]): readonly TensorData[] {
  return parameters.map(({ data, shape }) => ({ data: new Float32Array(data.length), shape }));
}
