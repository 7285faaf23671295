// Layers one after another; each one's input size follows from the one before.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { evaluationContext } from "./context.ts";
import type { Layer, LayerInput, Parameters, ParameterTensors } from "./layer.ts";
import { constantParameters } from "./parameters.ts";
import { inputsOfShape } from "./probe.ts";

/** Applies `layers` in order. Their parameters stand under "0", "1", …. The first may take several named inputs. */
export function sequential<X extends LayerInput = Tensor>(first: Layer<X>, ...rest: readonly Layer[]): Layer<X> {
  for (const [i, part] of [first, ...rest].entries()) checkLayer(part, i);
  const names = [first, ...rest].map(({ name }) => name);
  return Object.freeze({
    name: `sequential(${names.join(", ")})`,
    init(inputShape, rng) {
      const parameters: Record<string, Parameters> = { 0: first.init(inputShape, rng.fork(0)) };
      const probe = inputsOfShape(inputShape) as X;
      const context = evaluationContext();
      let y = first.apply(constantParameters(parameters["0"] as Parameters), probe, context);
      rest.forEach((layer, i) => {
        const own = layer.init(y.shape, rng.fork(i + 1));
        parameters[i + 1] = own;
        y = layer.apply(constantParameters(own), y, context);
      });
      return parameters;
    },
    apply(parameters, x, context) {
      const own = (i: number): ParameterTensors => parameters[i] as ParameterTensors;
      let y = first.apply(own(0), x, context.child("0"));
      context.child("0").observe(first.name, y);
      rest.forEach((layer, i) => {
        const child = context.child(String(i + 1));
        y = layer.apply(own(i + 1), y, child);
        child.observe(layer.name, y);
      });
      return y;
    },
  } satisfies Layer<X>);
}

function checkLayer(part: unknown, place: number): void {
  const found = part as Partial<Layer> | null | undefined;
  if (typeof found === "object" && typeof found?.init === "function" && typeof found.apply === "function") return;
  const isFunction = typeof part === "function";
  const what = isFunction ? `the function ${(part as { readonly name: string }).name}` : String(part);
  throw new NnError(
    "graph-invalid",
    part === undefined && place === 0
      ? "sequential: it was given no layer."
      : `sequential: in the place ${place} stands ${what}, which is no layer.`,
    isFunction ? "Call it to get a layer: relu() in place of relu." : "Give one layer or more.",
  );
}
