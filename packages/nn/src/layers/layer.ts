// What a layer is: a value with two pure functions, and how to write one's own.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import type { Shape } from "../shape.ts";
import type { Rng } from "./rng.ts";

/**
 * The value of one parameter. With `trained: false` it has no gradient and the optimiser does not see it: it is
 * state that the layer updates itself (see `Context.update`), or a frozen parameter.
 */
export interface Parameter extends TensorData {
  readonly trained?: false;
}

/** Parameters of a layer by name; a layer made of layers nests them. All are float32. */
export interface Parameters {
  readonly [name: string]: Parameter | Parameters;
}

/** The same tree with a tensor in the place of each parameter. */
export type TensorsOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends TensorData ? Tensor : P[K] extends Parameters ? TensorsOf<P[K]> : never;
};

export interface ParameterTensors {
  readonly [name: string]: Tensor | ParameterTensors;
}

/** What a layer may ask of the graph that is being built around it. */
export interface Context {
  /** True in the training step, false in evaluation and in the deployed model. */
  readonly training: boolean;
  /** Fresh random bits at every step, int32, uniform over all 2³² values; sizes must be known. Training only. */
  randomBits(shape: Shape): Tensor;
  /**
   * Says what a parameter with `trained: false` becomes after the training step, for example running statistics.
   * `parameter` is the tensor that `apply` was given. Training only.
   */
  update(parameter: Tensor, next: Tensor): void;
  /** The context of a layer inside this one; its name is part of the path in messages. */
  child(name: string): Context;
  /** Notes a layer's result, so that a loss that is not finite can be traced to its layer. */
  observe(name: string, tensor: Tensor): void;
}

/** One tensor, or several by name. */
export type LayerInput = Tensor | Readonly<Record<string, Tensor>>;
export type LayerOutput = LayerInput;

/** Whether this is one tensor, not several by name. */
export function isTensor(input: LayerInput): input is Tensor {
  return "node" in input && "index" in input && typeof input.index === "number";
}

export type ShapeOf<X extends LayerInput> = X extends Tensor ? Shape : Readonly<Record<string, Shape>>;
/** Concrete data in the place of each tensor. */
export type DataOf<X extends LayerInput> = X extends Tensor ? TensorData : Readonly<Record<string, TensorData>>;

/** A layer is immutable and holds no parameters: `init` makes them, `apply` uses them. */
export interface Layer<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor> {
  readonly name: string;
  /** Parameters for inputs of `inputShape` (the batch size stands first, often as a name). */
  init(inputShape: ShapeOf<X>, rng: Rng): Parameters;
  /** The layer's graph on `x`. It must accept a batch size that is a name. */
  apply(parameters: ParameterTensors, x: X, context: Context): Y;
}

/** A layer of one's own; the types of `apply`'s parameters follow from what `init` returns. */
export function layer<P extends Parameters, X extends LayerInput = Tensor, Y extends LayerOutput = Tensor>(definition: {
  readonly name: string;
  readonly init: (inputShape: ShapeOf<X>, rng: Rng) => P;
  readonly apply: (parameters: TensorsOf<P>, x: X, context: Context) => Y;
}): Layer<X, Y> {
  return Object.freeze({
    name: definition.name,
    init: definition.init,
    apply: (parameters: ParameterTensors, x: X, context: Context) =>
      definition.apply(parameters as TensorsOf<P>, x, context),
  });
}
