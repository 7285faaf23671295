// The whole training step (forward, loss, backward, clipping, update) as one graph, once or K times a run.
import type { DType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { chooseByModel } from "../grad/formulations/choice.ts";
import { gradients } from "../grad/gradients.ts";
import { apply, applyAll } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import type { Graph, Tensor } from "../graph/node.ts";
import type { Context } from "../layers/layer.ts";
import { listParameters, mapParameters } from "../layers/parameters.ts";
import type { Target } from "../lower/order.ts";
import { lowerForward, lowerStep } from "../lower/order.ts";
import type { Shape } from "../shape.ts";
import { formatShape, isStatic, sameShape } from "../shape.ts";
import { add } from "../tensor/elementwise.ts";
import { input } from "../tensor/leaves.ts";
import { reshape } from "../tensor/shaping.ts";
import { checkReached } from "./check-reached.ts";
import type { StepPlan } from "./plan.ts";
import { networkInput, partOf } from "./ports.ts";

/** A random input of the step: int32 bits, to be drawn anew at every step. */
interface RandomInput {
  readonly name: string;
  readonly size: number;
}

export interface StepGraph {
  readonly graph: Graph;
  readonly steps: number;
  readonly batchSize: number;
  readonly random: readonly RandomInput[];
}

export const stateInput = (i: number): string => `state${i}`;
export const stateOutput = (i: number): string => `next${i}`;
export const scalarInput = (i: number): string => `scalar${i}`;

interface BodyInputs {
  readonly state: readonly Tensor[];
  readonly batch: Readonly<Record<string, Tensor>>;
  readonly scalars: readonly Tensor[];
  readonly random: (name: string, size: number) => Tensor;
}

interface Body {
  readonly state: readonly Tensor[];
  readonly loss: Tensor;
  readonly random: readonly RandomInput[];
}

/**
 * The graph of `steps` training steps on batches of `batchSize`. Inputs: the batches [steps, batchSize, …], the
 * optimiser's scalars and random bits [steps, …], and the state: parameters, then the optimiser's. Outputs: the next
 * state, and `loss` [steps].
 */
export function buildStep(plan: StepPlan, state: readonly Shape[], steps: number, batchSize: number): StepGraph {
  const batches = plan.arrays.map(({ name, dtype, shape }) => input(name, dtype, [steps, batchSize, ...shape]));
  const carried = state.map((shape, i) => input(stateInput(i), "float32", shape));
  const scalars = plan.optimizer.scalars(0).map((_, i) => input(scalarInput(i), "float32", [steps]));
  const random: Tensor[] = [];
  const drawn = (name: string, size: number): Tensor => {
    const bits = input(name, "int32", [steps, size]);
    random.push(bits);
    return bits;
  };
  const names = plan.arrays.map(({ name }) => name);
  const named = (tensors: readonly Tensor[]): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i] as Tensor] as const));

  if (steps === 1) {
    const first = (tensor: Tensor): Tensor => reshape(tensor, tensor.shape.slice(1));
    const body = buildBody(plan, {
      state: carried,
      batch: named(batches.map(first)),
      scalars: scalars.map(first),
      random: (name, size) => first(drawn(name, size)),
    });
    const outputs = [...body.state, reshape(body.loss, [1])];
    return finish(plan, [...carried, ...batches, ...scalars, ...random], outputs, body.random, steps, batchSize);
  }

  const slice = (tensor: Tensor, name: string, dtype: DType = tensor.dtype): Tensor =>
    input(`each.${name}`, dtype, tensor.shape.slice(1));
  const inner: BodyInputs & { readonly bits: Tensor[] } = {
    state: carried.map(({ shape }, i) => input(`each.${stateInput(i)}`, "float32", shape)),
    batch: named(batches.map((batch, i) => slice(batch, names[i] as string))),
    scalars: scalars.map((scalar, i) => slice(scalar, scalarInput(i))),
    bits: [],
    random(name, size) {
      const bits = slice(drawn(name, size), name);
      inner.bits.push(bits);
      return bits;
    },
  };
  const body = buildBody(plan, inner);
  const scanned = [...names.map((name) => inner.batch[name] as Tensor), ...inner.scalars, ...inner.bits];
  const bodyGraph = buildGraph(
    Object.fromEntries([...body.state, body.loss].map((tensor, i) => [`each.out${i}`, tensor] as const)),
    { name: "step", inputs: [...inner.state, ...scanned] },
  );
  const outputs = applyAll(
    "Scan",
    [...carried, ...batches, ...scalars, ...random],
    { body: bodyGraph, num_scan_inputs: scanned.length },
    body.state.length + 1,
  );
  return finish(plan, [...carried, ...batches, ...scalars, ...random], outputs, body.random, steps, batchSize);
}

function finish(
  plan: StepPlan,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  random: readonly RandomInput[],
  steps: number,
  batchSize: number,
): StepGraph {
  const named = outputs.map((tensor, i) => [i === outputs.length - 1 ? "loss" : stateOutput(i), tensor] as const);
  const graph = buildGraph(Object.fromEntries(named), { name: `train ${plan.net.name}`.slice(0, 200), inputs });
  return { graph, steps, batchSize, random };
}

function buildBody({ net, parameters, layout, loss, optimizer, choose, block }: StepPlan, inputs: BodyInputs): Body {
  const packed = inputs.state.slice(0, layout.size);
  const trained = packed.slice(0, layout.trained);
  const parts = layout.unpackTensors(packed);
  let next = 0;
  const tree = mapParameters(parameters, () => parts[next++] as Tensor);
  const random: RandomInput[] = [];
  const updated = new Map<Tensor, Tensor>();
  const context = trainingContext(
    (size) => {
      const name = `random${random.length}`;
      random.push({ name, size });
      return inputs.random(name, size);
    },
    (parameter, value) => {
      checkUpdate(layout.keptOf(parts), parameter, value);
      updated.set(parameter, value);
    },
  );
  const prediction = net.apply(tree, networkInput(inputs.batch), context);
  const value = loss(prediction, partOf(inputs.batch, "target"), inputs.batch.weight);
  if (value.shape.length !== 0) {
    throw new NnError(
      "shape-mismatch",
      `The loss has shape ${formatShape(value.shape)}; it must be a scalar.`,
      "Reduce it with reduceMean.",
    );
  }
  checkReached(value, listParameters(parameters), parts, updated.size > 0);
  const afterwards = layout.keptOf(parts).map((part) => updated.get(part) ?? part);
  const target: Target = { trained: layout.trainedOf(parts), choose: choose ?? chooseByModel, block };
  const [lowered, ...keptNow] = lowerForward([value, ...afterwards], target) as [Tensor, ...Tensor[]];
  const grads = layout.packTrained(gradients(lowered, target.trained, { choose: target.choose }));
  const { updates, state } = optimizer.update({
    updates: grads,
    parameters: trained,
    state: inputs.state.slice(layout.size),
    scalars: inputs.scalars,
  });
  const stepped = trained.map((own, i) => add(own, updates[i] as Tensor));
  const results = [lowered, ...stepped, ...layout.packKept(keptNow), ...state];
  const [lossAtLast, ...carried] = lowerStep(results, target) as [Tensor, ...Tensor[]];
  return { state: carried, loss: lossAtLast, random };
}

function checkUpdate(kept: readonly Tensor[], parameter: Tensor, value: Tensor): void {
  if (!kept.includes(parameter)) {
    throw new NnError(
      "graph-invalid",
      "A layer updated a tensor that is not one of its parameters with trained: false.",
      "Pass context.update the parameter's own tensor, and mark it in init.",
    );
  }
  if (value.dtype === "float32" && sameShape(value.shape, parameter.shape)) return;
  throw new NnError(
    "shape-mismatch",
    `A parameter ${formatShape(parameter.shape)} was updated by ${value.dtype} ${formatShape(value.shape)}.`,
    "Update it with float32 of its own shape.",
  );
}

/** Random bits of any shape as the product of two vectors of random odd numbers, modulo 2³². */
function trainingContext(draw: (size: number) => Tensor, update: Context["update"]): Context {
  const context: Context = {
    training: true,
    randomBits(shape) {
      if (!isStatic(shape)) {
        throw new NnError(
          "graph-invalid",
          `Random bits of shape ${formatShape(shape)} were asked for; the sizes must be known.`,
          "Ask for random bits in the shape of a training batch.",
        );
      }
      const columns = shape[shape.length - 1] ?? 1;
      const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
      if (rows === 1) return reshape(draw(columns), shape);
      const outer = apply("Mul", [reshape(draw(rows), [...shape.slice(0, -1), 1]), draw(columns)]);
      return outer;
    },
    update,
    child: () => context,
    observe: () => {},
  };
  return context;
}
