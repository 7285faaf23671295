// Open Inference Protocol v2 (REST): its own nouns and its own error form.
import * as z from "zod";
import { count } from "./scalars.ts";

export const inferenceDatatype = z.enum(["BOOL", "INT8", "UINT8", "INT32", "INT64", "FP32", "FP64", "BYTES"]);

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const inferenceTensorMetadata = z.object({
  name: z.string(),
  datatype: inferenceDatatype,
  shape: z.array(z.int()).meta({ description: "-1 for a free dimension" }),
});

export const inferenceModel = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(inferenceTensorMetadata),
    outputs: z.array(inferenceTensorMetadata),
  })
  .meta({ id: "InferenceModel" });

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const inferenceTensor = z.object({
  name: z.string(),
  shape: z.array(count),
  datatype: inferenceDatatype,
  parameters: parameters.optional(),
  data: z.array(z.union([value, z.array(value)])).meta({ description: "Row-major, flat or one array a row" }),
});

export const inferRequest = z
  .object({
    id: z.string().optional(),
    parameters: parameters.optional(),
    inputs: z.array(inferenceTensor).min(1),
    outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
  })
  .meta({ id: "InferRequest" });
export type InferRequest = z.infer<typeof inferRequest>;

export const inferResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string().optional(),
    id: z.string().optional(),
    parameters: parameters.optional(),
    outputs: z.array(inferenceTensor),
  })
  .meta({ id: "InferResponse" });
export type InferResponse = z.infer<typeof inferResponse>;

export const inferenceError = z.object({ error: z.string() }).meta({ id: "InferenceError" });
export const inferenceServer = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });
export const inferenceLive = z.object({ live: z.boolean() });
export const inferenceReady = z.object({ ready: z.boolean() });
export const inferenceModelReady = z.object({ name: z.string(), ready: z.boolean() });
