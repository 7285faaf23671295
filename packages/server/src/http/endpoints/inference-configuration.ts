// GET /v2/models/{model}[/versions/{version}]/config: the model configuration extension, as far as it says what is so here.
import type { LoadedModel } from "../../serving/scorer-pool.ts";
import { endpoint } from "../endpoint.ts";
import { withModel } from "../inference-target.ts";
import { maxRows } from "../limits.ts";
import { inputMetadata, outputMetadata } from "../tensors.ts";

export const inferenceModelConfiguration = endpoint(
  "inferenceModelConfiguration",
  ({ server, principal, params: { model: name } }) =>
    withModel(server, principal, { name, version: undefined }, ({ model }) => configurationOf(name, model)),
);

export const inferenceModelVersionConfiguration = endpoint(
  "inferenceModelVersionConfiguration",
  ({ server, principal, params: { model: name, version } }) =>
    withModel(server, principal, { name, version }, ({ model }) => configurationOf(name, model)),
);

function configurationOf(name: string, model: LoadedModel) {
  // Triton's names: TYPE_STRING is BYTES; the rows' dimension is not among dims where max_batch_size is above 0.
  const tensor = ({ name, datatype, shape }: ReturnType<typeof inputMetadata>[number]) => ({
    name,
    data_type: datatype === "BYTES" ? "TYPE_STRING" : `TYPE_${datatype}`,
    dims: shape.slice(1),
  });
  return {
    name,
    platform: "onnxruntime_onnx",
    backend: "onnxruntime",
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: maxRows,
    input: inputMetadata(model).map(tensor),
    output: outputMetadata(model).map(tensor),
  };
}
