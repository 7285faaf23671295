// Open Inference Protocol v2 (REST): its own nouns and its own error form.
import * as z from "zod";
import { count, text } from "./scalars.ts";

/** Every datatype of the protocol; BF16 is Triton's. */
export const inferenceDatatype = z.enum([
  "BOOL",
  "UINT8",
  "UINT16",
  "UINT32",
  "UINT64",
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FP16",
  "BF16",
  "FP32",
  "FP64",
  "BYTES",
]);
export type InferenceDatatype = z.infer<typeof inferenceDatatype>;

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

const scalar = { type: ["string", "number", "boolean", "null"] };
/** A tensor's values are checked against its datatype where they are read, once; here it is a list. */
const tensorData = z
  .custom<unknown[]>((value) => Array.isArray(value), "must be a list")
  .meta({
    type: "array",
    items: { anyOf: [scalar, { type: "array", items: scalar }] },
    description: "Row-major, flat or one list a row; absent where the values follow in binary (binary_data_size)",
  });

export const inferenceTensor = z.object({
  name: z.string(),
  shape: z.array(count).max(8),
  datatype: inferenceDatatype,
  parameters: parameters.optional(),
  data: tensorData.optional(),
});

export const inferRequest = z
  .object({
    id: text.max(256).optional().meta({
      description: "Makes the call repeatable: the same id with the same inputs answers the same and counts once",
    }),
    parameters: parameters.optional().meta({ description: "`subject` keeps a subject on one variant" }),
    inputs: z.array(inferenceTensor).min(1).max(20_000),
    outputs: z
      .array(z.object({ name: z.string(), parameters: parameters.optional() }))
      .max(100)
      .optional(),
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

const configurationTensor = z.object({ name: z.string(), data_type: z.string(), dims: z.array(z.int()) });
export const inferenceModelConfiguration = z
  .object({
    name: z.string(),
    platform: z.string(),
    backend: z.string(),
    version_policy: z.object({ latest: z.object({ num_versions: count }) }),
    max_batch_size: count.meta({ description: "Rows of one request at most; `dims` leave their dimension out" }),
    input: z.array(configurationTensor),
    output: z.array(configurationTensor),
  })
  .meta({ id: "InferenceModelConfiguration" });

export const repositoryIndexRequest = z.object({
  ready: z.boolean().optional().meta({ description: "Versions that are ready alone; all are" }),
});
export const repositoryIndex = z.array(
  z.object({ name: z.string(), version: z.string(), state: z.literal("READY"), reason: z.string() }),
);
