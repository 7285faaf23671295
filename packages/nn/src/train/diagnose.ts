// Finds where a loss stopped being finite: a parameter, a layer's result, or the loss itself.
import type { NumericArray, TensorData } from "../dtype.ts";
import { buildGraph } from "../graph/build.ts";
import type { Tensor } from "../graph/node.ts";
import { evaluationContext } from "../layers/context.ts";
import { listParameters, mapParameters } from "../layers/parameters.ts";
import type { OpenSession } from "../runtime/session.ts";
import { identity, input } from "../tensor/leaves.ts";
import type { StepPlan } from "./plan.ts";
import { namedOutputs, networkInput } from "./ports.ts";

function finite({ data }: TensorData): boolean {
  return Array.prototype.every.call(data as NumericArray, (value: number | bigint) => Number.isFinite(Number(value)));
}

/**
 * A sentence on the first thing that is not finite when the parameters from before the failing step meet its
 * batch: an input, a parameter, a layer's result, or "the loss itself".
 */
export async function diagnose(
  plan: StepPlan,
  values: readonly TensorData[],
  batch: Readonly<Record<string, TensorData>>,
  open: OpenSession,
): Promise<string> {
  const paths = listParameters(plan.parameters).map(({ path }) => path);
  const broken = values.findIndex((value) => !finite(value));
  if (broken >= 0) return `the parameter ${paths[broken]} was already not finite before the step`;
  const inputs: Readonly<Record<string, Tensor>> = Object.fromEntries(
    plan.arrays.map(({ name, dtype }) => [name, identity(input(name, dtype, batch[name]?.shape ?? []))]),
  );
  const observed: { readonly path: string; readonly tensor: Tensor }[] = [];
  let next = 0;
  const tree = mapParameters(plan.parameters, (value) => input(`parameter${next++}`, "float32", value.shape));
  const context = evaluationContext((path, tensor) => observed.push({ path, tensor }));
  const prediction = plan.net.apply(tree, networkInput(inputs), context);
  const outputs = [
    ...Object.entries(inputs).map(([name, tensor]) => ({ what: `the data ${name}`, tensor })),
    ...observed.map(({ path, tensor }) => ({ what: `the result of layer ${path}`, tensor })),
    ...Object.entries(namedOutputs(prediction, "")).map(([name, tensor]) => ({
      what: `the result ${name === "" ? "" : `${name} `}of ${plan.net.name}`,
      tensor,
    })),
  ];
  const graph = buildGraph(Object.fromEntries(outputs.map(({ tensor }, i) => [`out${i}`, tensor] as const)));
  const session = await open(graph, {});
  try {
    const wanted = new Set(session.inputs.map(({ name }) => name));
    const all = { ...batch, ...Object.fromEntries(values.map((value, i) => [`parameter${i}`, value] as const)) };
    const results = await session.run(Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name))));
    const first = outputs.find((_, i) => !finite(results[`out${i}`] as TensorData));
    return first === undefined
      ? "every layer's result is finite, the loss itself is not"
      : `${first.what} is not finite`;
  } finally {
    await session.close();
  }
}
