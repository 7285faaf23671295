// Open Inference Protocol tensors: columns to rows, predictions to tensors. Shapes and lengths are checked here.
import {
  ApiError,
  type FieldProblem,
  type InferRequest,
  type InferResponse,
  maxListed,
  type Prediction,
  type Row,
} from "@lepta/api";
import { inputKinds, type RawType } from "@lepta/ml";
import type { LoadedModel } from "../serving/scorer-pool.ts";
import { maxRows } from "./limits.ts";
import { type Metadata, outcomeTensors, tensorValues } from "./outcome-tensors.ts";
import { floatTypes, integerTypes, type TensorValue, tensorTypes } from "./tensor-types.ts";

type Tensor = InferRequest["inputs"][number];
type OutputTensor = InferResponse["outputs"][number];

/** What holds each of JSON's types; the first is what the metadata names. */
const datatypes: Readonly<Record<RawType, readonly Tensor["datatype"][]>> = {
  number: ["FP64", ...integerTypes, ...floatTypes],
  boolean: ["BOOL"],
  string: ["BYTES"],
};

/**
 * What a column may come as; the first is what the metadata names. A string is read as the column's texts are, so it
 * may come for any.
 */
function accepted({ type }: LoadedModel["inputs"][number]): Tensor["datatype"][] {
  return [...new Set([...inputKinds[type].raw.flatMap((raw) => datatypes[raw]), ...datatypes.string])];
}

export function inputMetadata(model: LoadedModel): Metadata[] {
  return model.inputs.map((input) => ({
    name: input.name,
    datatype: accepted(input)[0] as Tensor["datatype"],
    shape: [-1, ...inputKinds[input.type].port.shape],
  }));
}

export function outputMetadata({ outcome }: LoadedModel): Metadata[] {
  return [...outcomeTensors(outcome), { name: "prediction_id", datatype: "BYTES", shape: [-1, 1] }];
}

/**
 * @param inputs one tensor a column, shape [N] or [N, 1], data flat or nested; null is a missing value.
 * @throws ApiError invalid-request for names, datatypes, shapes, lengths, values outside of their datatype.
 */
export function rowsOf(inputs: readonly Tensor[], model: LoadedModel): Row[] {
  const problems: FieldProblem[] = [];
  const columns = new Map<string, readonly TensorValue[]>();
  const taken = new Map(model.inputs.map((input) => [input.name, { type: input.type, as: accepted(input) }]));
  let rows: number | undefined;
  for (const [i, tensor] of inputs.entries()) {
    if (problems.length > maxListed) break;
    const wrong = (field: string, message: string) =>
      problems.push({ path: `/inputs/${i}/${field}`, message: `${tensor.name.slice(0, 100)}: ${message}` });
    const input = taken.get(tensor.name);
    if (input === undefined) {
      wrong("name", "the model has no such input");
      continue;
    }
    if (!input.as.includes(tensor.datatype)) {
      wrong("datatype", `a ${input.type} is ${input.as.join(", ")}, not ${tensor.datatype}`);
      continue;
    }
    if (columns.has(tensor.name)) wrong("name", "is given twice");
    const [count = 0, width = 1] = tensor.shape;
    rows ??= count;
    if (tensor.shape.length < 1 || tensor.shape.length > 2 || width !== 1) wrong("shape", "must be [N] or [N, 1]");
    else if (count < 1 || count > maxRows) wrong("shape", `has ${count} rows; 1 to ${maxRows} rows a request`);
    else if (count !== rows) wrong("shape", `has ${count} rows, ${inputs[0]?.name.slice(0, 100)} has ${rows}`);
    else
      columns.set(
        tensor.name,
        valuesOf(tensor, count, (message) => wrong("data", message)),
      );
  }
  const missing = model.inputs.filter(({ name }) => !columns.has(name));
  // Inputs that are there and wrong have been named.
  const given = new Set(inputs.map(({ name }) => name));
  for (const { name } of missing)
    if (!given.has(name)) problems.push({ path: "/inputs", message: `the input ${name} is not there` });
  const first = problems[0];
  if (first) {
    throw new ApiError("invalid-request", `${first.path}: ${first.message}`, {
      errors: problems,
      fix: "GET /v2/models/{model} describes the inputs.",
    });
  }
  return Array.from({ length: rows ?? 0 }, (_, i) =>
    Object.fromEntries([...columns].map(([name, data]) => [name, data[i] as Row[string]])),
  );
}

/** @param wrong is told of a wrong number of values, and of the first value that its datatype does not hold. */
function valuesOf(tensor: Tensor, count: number, wrong: (message: string) => void): TensorValue[] {
  if (tensor.data === undefined) {
    wrong("is not there");
    return [];
  }
  const given = tensor.data.reduce((sum: number, item) => sum + (Array.isArray(item) ? item.length : 1), 0);
  if (given !== count) {
    wrong(`has ${given} values, the shape says ${count}`);
    return [];
  }
  const values = tensor.data.flat();
  const type = tensorTypes[tensor.datatype];
  const odd = values.findIndex((value) => value !== null && !type.fits(value));
  if (odd >= 0) wrong(`value ${odd} is ${shown(values[odd])}; ${tensor.datatype} holds ${type.holds}`);
  return values as TensorValue[];
}

function shown(value: unknown): string {
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value);
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
  const described = checkOutputs(model, wanted);
  const named = predictions.map(
    ({ id, outcome }): Record<string, TensorValue[]> => ({
      ...tensorValues(outcome, model.outcome),
      prediction_id: [id],
    }),
  );
  return described.map(({ name, datatype, shape }) => ({
    name,
    datatype,
    shape: [predictions.length, shape[1] as number],
    data: named.flatMap((values) => values[name] as TensorValue[]),
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
