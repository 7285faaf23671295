// What a link of an optimiser is: a pure function from gradients to updates, with state that the step carries.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import type { Shape } from "../shape.ts";

/** What the loop has seen of the training so far. */
export interface Progress {
  /** One entry for each epoch that has ended: its mean training loss, and the figures on the validation examples. */
  readonly epochs: readonly {
    readonly loss: number;
    readonly validation?: Readonly<Record<string, number>>;
  }[];
}

/** Nothing seen yet. */
export const beginning: Progress = Object.freeze({ epochs: [] });

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
  /**
   * Numbers computed by the host in double precision, a pure function of the step, which counts from 0, and of
   * what the loop has seen (nothing when absent). Always as many numbers.
   */
  scalars(step: number, progress?: Progress): readonly number[];
  update(input: TransformInput): TransformOutput;
  /**
   * The weights to evaluate with and to hand back, when the link keeps others than the parameters. `state` is the
   * link's own.
   */
  averages?(parameters: readonly TensorData[], state: readonly TensorData[]): readonly TensorData[];
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
    scalars: (step: number, progress?: Progress) => links.flatMap((link) => link.scalars(step, progress)),
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
    averages(parameters: readonly TensorData[], state: readonly TensorData[]) {
      let from = 0;
      let current = parameters;
      for (const link of links) {
        const slots = slotsOf(link, parameters);
        current = link.averages?.(current, state.slice(from, from + slots)) ?? current;
        from += slots;
      }
      return current;
    },
  });
}

/** How many state tensors a link has for parameters of these shapes. */
export function slotsOf(link: Transform, parameters: readonly { readonly shape: Shape }[]): number {
  return link.init(parameters.map(({ shape }) => ({ data: new Float32Array(0), shape: shape.map(() => 0) }))).length;
}

/** Zeros of the parameters' shapes: one state tensor each. */
export function zerosFor(parameters: readonly TensorData[]): readonly TensorData[] {
  return parameters.map(({ data, shape }) => ({ data: new Float32Array(data.length), shape }));
}
