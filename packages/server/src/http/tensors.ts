// Open Inference Protocol tensors: columns to rows, predictions to tensors. Shapes and lengths are checked here.
import {
  ApiError,
  type FieldProblem,
  type InferRequest,
  type InferResponse,
  type Prediction,
  type Row,
} from "@lepta/api";
import type { LoadedModel } from "../serving/scorer-pool.ts";

type Tensor = InferRequest["inputs"][number];
type OutputTensor = InferResponse["outputs"][number];
type Metadata = { name: string; datatype: Tensor["datatype"]; shape: number[] };

/** Rows of one request at most, as in the predict route. */
const maxRows = 1000;
const integers = new Set<Tensor["datatype"]>(["INT8", "UINT8", "INT32", "INT64"]);
const numbers = new Set<Tensor["datatype"]>([...integers, "FP32", "FP64"]);

/** What each column may come as; the first is what the metadata names. */
const accepted: Readonly<Record<string, readonly Tensor["datatype"][]>> = {
  number: ["FP64", ...numbers],
  timestamp: ["FP64", ...numbers, "BYTES"],
  boolean: ["BOOL"],
  category: ["BYTES"],
};

export function inputMetadata(model: LoadedModel): Metadata[] {
  return model.inputs.map(({ name, type }) => ({ name, datatype: accepted[type]?.[0] ?? "BYTES", shape: [-1, 1] }));
}

export function outputMetadata(model: LoadedModel): Metadata[] {
  const id: Metadata = { name: "prediction_id", datatype: "BYTES", shape: [-1, 1] };
  if (model.classes === null) return [{ name: "value", datatype: "FP64", shape: [-1, 1] }, id];
  return [
    { name: "label", datatype: "BYTES", shape: [-1, 1] },
    { name: "probabilities", datatype: "FP64", shape: [-1, model.classes.length] },
    id,
  ];
}

/**
 * @param inputs one tensor a column, shape [N] or [N, 1], data flat or nested; null is a missing value.
 * @throws ApiError invalid-request for names, datatypes, shapes or lengths; the values are the model's to check.
 */
export function rowsOf(inputs: readonly Tensor[], model: LoadedModel): Row[] {
  const problems: FieldProblem[] = [];
  const columns = new Map<string, unknown[]>();
  const types = new Map(model.inputs.map(({ name, type }) => [name, type]));
  let rows: number | undefined;
  for (const [i, tensor] of inputs.entries()) {
    const wrong = (field: string, message: string) =>
      problems.push({ path: `/inputs/${i}/${field}`, message: `${tensor.name}: ${message}` });
    const type = types.get(tensor.name);
    if (type === undefined) wrong("name", "the model has no such input");
    else if (!accepted[type]?.includes(tensor.datatype)) {
      wrong("datatype", `a ${type} is ${[...new Set(accepted[type])].join(", ")}, not ${tensor.datatype}`);
    }
    if (columns.has(tensor.name)) wrong("name", "is given twice");
    const [count = 0, width = 1] = tensor.shape;
    if (tensor.shape.length < 1 || tensor.shape.length > 2 || width !== 1) wrong("shape", "must be [N] or [N, 1]");
    const data = tensor.data.flat();
    if (data.length !== count * width) wrong("data", `has ${data.length} values, the shape says ${count * width}`);
    rows ??= count;
    if (count !== rows) wrong("shape", `has ${count} rows, ${inputs[0]?.name} has ${rows}`);
    const odd = data.findIndex((value) => !fits(value, tensor.datatype));
    if (odd >= 0) wrong("data", `value ${odd} is no ${tensor.datatype}`);
    columns.set(tensor.name, data);
  }
  for (const { name } of model.inputs) {
    if (!columns.has(name)) problems.push({ path: "/inputs", message: `the input ${name} is not there` });
  }
  if (rows === 0 || (rows ?? 0) > maxRows)
    problems.push({ path: "/inputs", message: `1 to ${maxRows} rows a request` });
  const first = problems[0];
  if (first) {
    throw new ApiError("invalid-request", `${first.path}: ${first.message}`, {
      errors: problems.slice(1),
      fix: "GET /v2/models/{model} describes the inputs.",
    });
  }
  return Array.from({ length: rows ?? 0 }, (_, i) =>
    Object.fromEntries([...columns].map(([name, data]) => [name, data[i] as Row[string]])),
  );
}

function fits(value: unknown, datatype: Tensor["datatype"]): boolean {
  if (value === null) return true;
  if (datatype === "BYTES") return typeof value === "string";
  if (datatype === "BOOL") return typeof value === "boolean";
  return integers.has(datatype) ? Number.isInteger(value) : typeof value === "number";
}

/**
 * @param wanted names of the outputs asked for; undefined: all.
 * @throws ApiError invalid-request for an output that the model does not have.
 */
export function outputsOf(
  predictions: readonly Prediction[],
  model: LoadedModel,
  wanted: readonly string[] | undefined,
): OutputTensor[] {
  const values: Record<string, (prediction: Prediction) => OutputTensor["data"]> = {
    value: ({ value }) => [value],
    label: ({ label }) => [label],
    probabilities: ({ probabilities }) => (model.classes ?? []).map((name) => probabilities?.[name] ?? null),
    prediction_id: ({ id }) => [id],
  };
  return checkOutputs(model, wanted).map(({ name, datatype, shape }) => ({
    name,
    datatype,
    shape: [predictions.length, shape[1] as number],
    data: predictions.flatMap((prediction) => values[name]?.(prediction) ?? []),
  }));
}

/** The outputs asked for, described; call it before predicting, so that a wrong name costs nothing. */
export function checkOutputs(model: LoadedModel, wanted: readonly string[] | undefined): Metadata[] {
  const all = outputMetadata(model);
  if (wanted === undefined || wanted.length === 0) return all;
  return wanted.map((name, i) => {
    const found = all.find((output) => output.name === name);
    if (found) return found;
    throw new ApiError("invalid-request", `/outputs/${i}/name: the model has no output ${name}`, {
      fix: `It has ${all.map((output) => output.name).join(", ")}.`,
    });
  });
}
