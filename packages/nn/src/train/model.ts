// A trained network: its parameters, its graph for deployment, predictions and its ONNX file.
import { writeWhole } from "#files";
import type { TensorData } from "../dtype.ts";
import { buildGraph } from "../graph/build.ts";
import type { Graph, Tensor } from "../graph/node.ts";
import { evaluationContext } from "../layers/context.ts";
import type { DataOf, Layer, LayerInput, LayerOutput, Parameters } from "../layers/layer.ts";
import { constantParameters, replaceParameters } from "../layers/parameters.ts";
import type { EncodeOptions } from "../onnx/encode.ts";
import { encodeOnnx } from "../onnx/encode.ts";
import type { OpenSession, Session } from "../runtime/session.ts";
import { input } from "../tensor/leaves.ts";
import type { EpochEvent } from "./events.ts";
import type { Trained } from "./loop.ts";
import type { StepPlan } from "./plan.ts";
import { namedOutputs, networkInput } from "./ports.ts";

export interface TrainedModel<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor> {
  readonly net: Layer<X, Y>;
  readonly parameters: Parameters;
  /** One entry an epoch. */
  readonly history: readonly EpochEvent[];
  /** The epoch, from 1, whose weights these are. */
  readonly bestEpoch: number;
  /** The network on `x` with the parameters as constants: for building a larger graph around it. */
  apply(x: X): Y;
  /** The deployable graph: inputs as in training with batch size "N"; output "output", or the outputs' own names. */
  graph(): Graph;
  predict(inputs: TensorData | Readonly<Record<string, TensorData>>): Promise<DataOf<Y>>;
  /** Writes the graph as an ONNX file, whole or not at all; a missing folder is made. Node only. Throws `file-unwritable`. */
  save(path: string, options?: EncodeOptions): Promise<void>;
  /** Frees the session that predict() opened. */
  close(): Promise<void>;
}

export function trainedModel<X extends LayerInput, Y extends LayerOutput>(
  net: Layer<X, Y>,
  { parameters: before, arrays }: Pick<StepPlan, "parameters" | "arrays">,
  { values, history, bestEpoch }: Trained,
  open: OpenSession,
): TrainedModel<X, Y> {
  const parameters = replaceParameters(before, values);
  let session: Promise<Session> | undefined;
  const apply = (x: X): Y => net.apply(constantParameters(parameters), x, evaluationContext());
  const graph = (): Graph => {
    const inner = arrays.filter(({ name }) => name === "input" || name.startsWith("input."));
    const named = inner.map(({ name, dtype, shape }) => {
      const outside = name === "input" ? name : name.slice("input.".length);
      return [name, input(outside, dtype, ["N", ...shape])] as const;
    });
    const output = apply(networkInput(Object.fromEntries(named)) as X);
    return buildGraph(namedOutputs(output, "output"), { name: net.name.slice(0, 200) });
  };
  return Object.freeze({
    net,
    parameters,
    history,
    bestEpoch,
    apply,
    graph,
    async predict(inputs: TensorData | Readonly<Record<string, TensorData>>): Promise<DataOf<Y>> {
      session ??= open(graph(), {});
      const single = "shape" in inputs && Array.isArray(inputs.shape);
      const feeds = single ? { input: inputs as TensorData } : (inputs as Readonly<Record<string, TensorData>>);
      const result = await (await session).run(feeds);
      return (result.output ?? result) as DataOf<Y>;
    },
    async save(path: string, options: EncodeOptions = {}): Promise<void> {
      await writeWhole(path, encodeOnnx(graph(), options));
    },
    async close(): Promise<void> {
      await (await session)?.close();
      session = undefined;
    },
  });
}
