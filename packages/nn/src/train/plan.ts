// What a training step is built from.
import { createSession } from "#session";
import { NnError } from "../errors.ts";
import type { Choose } from "../grad/formulations/formulation.ts";
import type { Layer, LayerInput, LayerOutput, Parameters, ShapeOf } from "../layers/layer.ts";
import type { NamedParameter } from "../layers/parameters.ts";
import { listParameters } from "../layers/parameters.ts";
import type { Rng } from "../layers/rng.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optim/transform.ts";
import { formatShape, sameShape } from "../shape.ts";
import { blockSize, hasConvolutions } from "./block-size.ts";
import type { Settings } from "./options.ts";
import type { ArrayType } from "./ports.ts";
import { networkInputShape } from "./ports.ts";
import type { Layout } from "./vector.ts";
import { layoutOf } from "./vector.ts";

export interface StepPlan {
  readonly net: Layer<LayerInput, LayerOutput>;
  readonly parameters: Parameters;
  readonly layout: Layout;
  readonly loss: Loss<LayerOutput, LayerInput>;
  readonly optimizer: Optimizer;
  readonly arrays: readonly ArrayType[];
  /** Picks between several ways to write a gradient; by default the model of their time does. */
  readonly choose?: Choose | undefined;
  /** Channels in a block of the layout that convolutions run in; by default they run in the plain layout. */
  readonly block?: number | undefined;
}

/**
 * The plan of the network on arrays of these types, with parameters as they are drawn or given. Throws
 * `training-option-invalid`, and what the network's init throws.
 */
export async function planStep<X extends LayerInput, Y extends LayerOutput>(
  net: Layer<X, Y>,
  { parameters: given, loss, optimizer, providers }: Settings,
  arrays: readonly ArrayType[],
  random: Rng,
): Promise<StepPlan> {
  const own = net.init(networkInputShape(arrays) as ShapeOf<X>, random);
  if (given !== undefined) checkParameters(listParameters(given), listParameters(own));
  const parameters = given ?? own;
  return {
    net: net as unknown as StepPlan["net"],
    parameters,
    layout: layoutOf(listParameters(parameters), optimizer.joinable),
    loss,
    optimizer,
    arrays,
    block: hasConvolutions(parameters) ? await blockSize(createSession, providers) : undefined,
  };
}

/** Throws `training-option-invalid` where parameters are not of the network's names and shapes. */
function checkParameters(given: readonly NamedParameter[], own: readonly NamedParameter[]): void {
  const shapes = new Map(given.map(({ path, value }) => [path, value.shape] as const));
  for (const { path, value } of own) {
    const shape = shapes.get(path);
    if (shape !== undefined && sameShape(shape, value.shape)) continue;
    const wanted = formatShape(value.shape);
    throw new NnError(
      "training-option-invalid",
      shape === undefined
        ? `parameters has no ${path} ${wanted}, which the network has.`
        : `parameters has ${path} of shape ${formatShape(shape)}; the network's has ${wanted}.`,
      "Give the parameters of this network, for example those of a model that was trained with it.",
    );
  }
}
