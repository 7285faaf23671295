// A layer made of layers and parameters by a function of tensors: what a class with `forward` is elsewhere.
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { Shape } from "../shape.ts";
import { evaluationContext } from "./context.ts";
import type {
  Context,
  Layer,
  LayerInput,
  LayerOutput,
  Parameter,
  Parameters,
  ParameterTensors,
  ShapeOf,
} from "./layer.ts";
import { isTensor } from "./layer.ts";
import { constantParameters } from "./parameters.ts";
import { inputsOfShape } from "./probe.ts";
import type { Rng } from "./rng.ts";

/** A parameter of one's own: its first value, or a function that makes it for the layer's input. */
type OwnParameter = Parameter | ((inputShape: never, rng: Rng) => Parameter);
type Part = Layer<LayerInput, LayerOutput> | OwnParameter;

/** What stands in the place of each part in `forward`: a layer as a function, a parameter as its tensor. */
export type Composed<P extends Readonly<Record<string, Part>>> = {
  readonly [K in keyof P]: P[K] extends Layer<infer X, infer Y> ? (x: X) => Y : Tensor;
};

/**
 * A layer of one's own: `forward` says what the parts make of the input, and calls inner layers as functions. Sizes are
 * inferred: each inner layer is made for what it is first called with. One that is called twice shares its parameters.
 * The parts' names are those of parameters in summaries and checkpoints; inner layers know training from inference by
 * the context around them, which `forward` may read as well. Throws `graph-invalid` where `forward` leaves a part out:
 * which parts it calls must not depend on whether it trains.
 */
export function compose<
  P extends Readonly<Record<string, Part>>,
  X extends LayerInput = Tensor,
  Y extends LayerOutput = Tensor,
>(name: string, parts: P, forward: (parts: Composed<P>, x: X, context: Context) => Y): Layer<X, Y> {
  const entries = Object.entries<Part>(parts);
  const composed = (
    context: Context,
    tensorsOf: (key: string, part: Layer<LayerInput, LayerOutput>, x: LayerInput) => ParameterTensors,
    tensorOf: (key: string) => Tensor,
  ): Composed<P> =>
    Object.fromEntries(
      entries.map(([key, part]) => {
        if (!isLayer(part)) return [key, tensorOf(key)] as const;
        const child = context.child(key);
        const call = (x: LayerInput): LayerOutput => {
          const y = part.apply(tensorsOf(key, part, x), x, child);
          if (isTensor(y)) child.observe(part.name, y);
          return y;
        };
        return [key, call] as const;
      }),
    ) as unknown as Composed<P>;
  return Object.freeze({
    name,
    init(inputShape: ShapeOf<X>, rng: Rng): Parameters {
      const made = new Map<string, Parameter | Parameters>();
      for (const [key, part] of entries)
        if (!isLayer(part)) made.set(key, ownParameter(name, key, part, inputShape, rng.fork(key)));
      const context = evaluationContext();
      const tensorsOf = (key: string, part: Layer<LayerInput, LayerOutput>, x: LayerInput): ParameterTensors => {
        const own = made.get(key) ?? part.init(shapeOf(x), rng.fork(key));
        made.set(key, own);
        return constantParameters(own as Parameters);
      };
      const tensorOf = (key: string): Tensor =>
        constantParameters({ [key]: made.get(key) as Parameter })[key] as Tensor;
      forward(composed(context, tensorsOf, tensorOf), inputsOfShape(inputShape) as X, context);
      const unused = entries.find(([key]) => !made.has(key));
      if (unused !== undefined) {
        throw new NnError(
          "graph-invalid",
          `${name}: its part ${JSON.stringify(unused[0])} was not called.`,
          "Call every part in the function, or leave it out of the parts.",
        );
      }
      return Object.fromEntries(entries.map(([key]) => [key, made.get(key) as Parameter | Parameters]));
    },
    apply: (parameters: ParameterTensors, x: X, context: Context): Y =>
      forward(
        composed(
          context,
          (key) => parameters[key] as ParameterTensors,
          (key) => parameters[key] as Tensor,
        ),
        x,
        context,
      ),
  });
}

const isLayer = (part: Part): part is Layer<LayerInput, LayerOutput> => "init" in part && "apply" in part;

function ownParameter(layer: string, key: string, part: OwnParameter, inputShape: unknown, rng: Rng): Parameter {
  const value: TensorData | undefined = typeof part === "function" ? called(part, inputShape, rng) : part;
  if (value !== undefined && value.data instanceof Float32Array && Array.isArray(value.shape)) return value;
  throw new NnError(
    "graph-invalid",
    `${layer}: its part ${JSON.stringify(key)} is neither a layer nor a parameter.`,
    "Give a layer (relu() in place of relu), float32 data with a shape, or a function that makes such.",
  );
}

/** A layer's maker that stands there by mistake takes the shape for a tensor, and fails. */
function called(part: Exclude<OwnParameter, Parameter>, inputShape: unknown, rng: Rng): Parameter | undefined {
  try {
    return part(inputShape as never, rng);
  } catch (error) {
    if (error instanceof NnError && error.code === "graph-invalid") return undefined;
    throw error;
  }
}

function shapeOf(x: LayerInput): Shape | Readonly<Record<string, Shape>> {
  if (isTensor(x)) return x.shape;
  return Object.fromEntries(Object.entries(x).map(([key, { shape }]) => [key, shape] as const));
}
