// What a pipeline sends to a server: its run with stages and events, a bundle's files, a version, a deployment, a price.
import * as z from "zod";
import { costMatrix, deployment, variantRole } from "./deployment.ts";
import { runEvent, runStatus, stageStatus } from "./run.ts";
import { count, currency, hash, id, page, productName, text, time } from "./scalars.ts";
import { confusion } from "./version.ts";

export const upload = z
  .object({ sha256: hash, bytes: count, keptUntil: time })
  .meta({ id: "Upload", description: "A file that waits for the version that it is of" });
export type Upload = z.infer<typeof upload>;

/** A bundle is a handful of files in one folder. */
export const bundleFile = z.strictObject({
  path: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "a file name of letters, digits, ., - and _")
    .meta({ description: "The file's name in the bundle, e.g. model.onnx" }),
  sha256: hash.meta({ description: "Of a file that this organisation uploaded" }),
});
export const versionFiles = z.object({
  files: z.array(z.object({ path: z.string(), sha256: hash, bytes: count })),
});
export type VersionFiles = z.infer<typeof versionFiles>["files"];

/** A version's number where it stands in a path. */
export const versionNumber = z.coerce
  .number()
  .int()
  .positive()
  .max(2 ** 31 - 1);
export const newVersion = z
  .strictObject({
    name: text.min(1).max(100).meta({ description: "The model's name, e.g. network" }),
    files: z.array(bundleFile).min(2).max(50),
    run: id.optional(),
    confusion: confusion.optional(),
  })
  .meta({ id: "NewVersion" });
export type NewVersion = z.infer<typeof newVersion>;

const newVariant = z.strictObject({
  version: z
    .int()
    .positive()
    .max(2 ** 31 - 1)
    .meta({ description: "The version's number in the product" }),
  role: variantRole,
  weight: z.number().gt(0).max(1),
  name: text.min(1).max(100).optional(),
});
export const newDeployment = z
  .strictObject({
    variants: z.array(newVariant).min(1).max(20),
    costs: costMatrix.nullable().optional(),
    replaces: id
      .nullable()
      .optional()
      .meta({ description: "The deployment that must be in service still, null for none; absent: whatever is" }),
  })
  .meta({ id: "NewDeployment" });
export type NewDeployment = z.infer<typeof newDeployment>;

export const pastDeployment = deployment
  .extend({ endedAt: time.nullable().meta({ description: "null: it is in service" }) })
  .meta({ id: "PastDeployment" });
export type PastDeployment = z.infer<typeof pastDeployment>;
export const pastDeployments = page(pastDeployment);

export const newPrice = z
  .strictObject({ amountMicros: count.max(1e9), currency, freePerMonth: count.max(1e9).optional() })
  .meta({ id: "NewPrice" });
export type NewPrice = z.infer<typeof newPrice>;

export const newRun = z
  .strictObject({ product: productName, seed: z.int().nonnegative().optional() })
  .meta({ id: "NewRun" });
export const createdRun = z.object({ id });
export const finishRunRequest = z.strictObject({ status: runStatus.exclude(["running"]) });

const freeJson = z.record(z.string(), z.unknown());
export const stageRecord = z
  .strictObject({
    name: text.min(1).max(100),
    position: count.max(1000),
    status: stageStatus,
    inputHash: hash.optional(),
    summary: freeJson.optional().meta({ description: "Figures to show" }),
    result: freeJson.optional().meta({ description: "What later stages and runs need of it" }),
    error: z.strictObject({ code: z.string(), message: z.string(), fix: z.string().nullable() }).optional(),
  })
  .meta({ id: "StageRecord" });
export type StageRecord = z.infer<typeof stageRecord>;

export const finishedStageQuery = z.object({ product: productName, name: text.max(100), inputHash: hash });
export const finishedStage = z.object({
  found: z
    .object({ run: id, finishedAt: time, result: freeJson.nullable() })
    .nullable()
    .meta({ description: "null: no run has finished the stage with these inputs" }),
});

const [, metricEvent, progressEvent, messageEvent] = runEvent.options;
const place = { seq: true, at: true } as const;
/** Events as they are sent: the server gives each its number and time. None: a sign of life. */
export const newRunEvents = z
  .strictObject({
    events: z
      .array(
        z.discriminatedUnion("type", [metricEvent.omit(place), progressEvent.omit(place), messageEvent.omit(place)]),
      )
      .max(10_000),
  })
  .meta({ id: "NewRunEvents" });
export type NewRunEvents = z.infer<typeof newRunEvents>["events"];

export const recorded = z.object({ recorded: count });
