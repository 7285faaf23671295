// Writes a bundle: model.onnx, manifest.json, card.md and rows.bloom, all or nothing.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { columnOf, groupsOf, literalReading, takeColumns } from "@lepta/data";
import { encodeOnnx, runtimeVersion } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import type { MetricRecord } from "../evaluate/metrics/metric.ts";
import { repeatShare } from "../evaluate/overlap.ts";
import { constantOf, type Trivial } from "../evaluate/trivial.ts";
import { inputKinds } from "../inputs/index.ts";
import { outputNames } from "../outcomes/index.ts";
import { formAt, type TrainedTask } from "../tasks/trained-task.ts";
import { bundleFormat, type Manifest } from "./manifest.ts";
import { modelCard } from "./model-card.ts";
import { falsePositives, filterHash, type RowFilter, rowFilter } from "./row-filter.ts";
import { inputSchema, outputSchema } from "./signature.ts";

export interface BundleContents {
  readonly trained: TrainedTask;
  readonly name: string;
  /** `Table.hash` of the whole data set. */
  readonly dataHash: string;
  /** On rows that the model never saw. */
  readonly metrics?: MetricRecord;
  readonly baseline?: { readonly model: string; readonly metrics: MetricRecord };
  /** The trivial policy beside the model on the same rows. */
  readonly trivial?: Trivial;
  readonly evaluatedOn?: { readonly rows: number; readonly dataHash: string };
  /** Decide from this score on, where the form has a threshold. Default: as the task has it without costs. */
  readonly threshold?: number;
  /** Identifier of the training run. */
  readonly run?: string;
  /** SPDX identifier. */
  readonly license?: string;
  /** Sentences for the card: what the model is for, where its data come from. */
  readonly card?: { readonly intendedUse?: string; readonly data?: string };
  /** Default: now. */
  readonly createdAt?: Date;
}

export interface BundleInfo {
  readonly dir: string;
  readonly manifest: Manifest;
}

/**
 * Writes into a new folder beside `dir` and renames it: `dir` is never seen half written. A bundle that lies there is
 * replaced. Throws `bundle-target-occupied` where `dir` holds something else.
 */
export async function writeBundle(dir: string, contents: BundleContents): Promise<BundleInfo> {
  const path = resolve(dir);
  const replaces = await checkBundleTarget(path);
  const { manifest, model, filter } = describe(contents);
  const fresh = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await mkdir(fresh);
    await writeDurably(join(fresh, "model.onnx"), model);
    await writeDurably(join(fresh, "rows.bloom"), filter.bits);
    await writeDurably(
      join(fresh, "card.md"),
      modelCard(manifest, { ...contents.card, tag: contents.trained.task.tag }),
    );
    await writeDurably(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolder(fresh);
    await takePlace(fresh, path, replaces);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  return { dir: path, manifest };
}

function describe(contents: BundleContents): { manifest: Manifest; model: Uint8Array; filter: RowFilter } {
  const { trained, threshold } = contents;
  const { features, target, schema } = trained;
  // Of the columns that a table to measure on has, too: those of the model, and the target.
  const learnt = takeColumns(trained.rows, [...features.inputs.map(({ name }) => name), target.name]).rowHashes;
  const filter = rowFilter(learnt);
  const outcome = formAt(trained.form, threshold ?? null);
  const signature = { input: inputSchema(features), output: outputSchema(outcome) };
  const versions = { lepta: packageVersion, onnxruntime: runtimeVersion, node: process.versions.node };
  const metadata = {
    "lepta.name": contents.name,
    "lepta.signature": JSON.stringify(signature),
    "lepta.dataHash": contents.dataHash,
    ...(contents.run === undefined ? {} : { "lepta.run": contents.run }),
    ...(contents.license === undefined ? {} : { license: contents.license }),
  };
  const model = encodeOnnx(trained.graph(outcome), { metadata, producerVersion: versions.lepta });
  const manifest: Manifest = {
    formatVersion: bundleFormat,
    name: contents.name,
    task: trained.task.name,
    model: trained.model,
    target: target.name,
    targetReading: target.reading ?? literalReading(target.type),
    ...(schema.group === undefined ? {} : { group: schema.group }),
    outcome,
    signature,
    inputs: features.inputs.map(({ name, type, reading }) => ({ name, type, reading })),
    outputs: outputNames(
      outcome.kind,
      features.inputs.map(({ name }) => name),
    ),
    leftOut: [...schema.leftOut, ...features.leftOut],
    notes: features.notes,
    metrics: contents.metrics ?? {},
    baseline: contents.baseline ?? null,
    constant: constantOf(kindOf(outcome).labels(trained.rows, target.name), outcome),
    trivial: contents.trivial ?? null,
    evaluatedOn: contents.evaluatedOn ?? null,
    dataHash: contents.dataHash,
    trainedOn: {
      rows: trained.rows.rowCount,
      dataHash: trained.rows.hash,
      repeatShare: repeatShare(
        learnt,
        schema.group === undefined ? undefined : groupsOf(trained.rows, schema.group).groupOf,
      ),
      filter: { sha256: filterHash(filter), hashes: filter.hashes, falsePositives },
    },
    seed: trained.seed,
    run: contents.run ?? null,
    license: contents.license ?? null,
    versions,
    createdAt: (contents.createdAt ?? new Date()).toISOString(),
    modelSha256: createHash("sha256").update(model).digest("hex"),
    modelBytes: model.length,
    profile: features.inputs.map(({ name, type }) => inputKinds[type].profile.of(name, columnOf(trained.rows, name))),
  };
  return { manifest, model, filter };
}

/**
 * Whether a bundle, or an empty folder, lies at the path and `writeBundle` would replace it. Throws
 * `bundle-target-occupied` where something else lies there or a file lies on the way.
 */
export async function checkBundleTarget(dir: string): Promise<boolean> {
  const path = resolve(dir);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    if (error.code !== "ENOTDIR") throw error;
    throw new MlError(
      "bundle-target-occupied",
      `${path} cannot be a folder: a file lies on the way to it.`,
      "Name a folder whose parents are folders.",
      error,
    );
  });
  if (found === undefined) return false;
  const names = found.isDirectory() ? await readdir(path) : undefined;
  if (names?.length === 0 || names?.includes("manifest.json")) return true;
  throw new MlError(
    "bundle-target-occupied",
    `${path} is ${names === undefined ? "a file" : "a folder that is not a bundle"}.`,
    "Name a folder that does not exist yet, an empty one, or a bundle to replace.",
  );
}

async function takePlace(fresh: string, path: string, replaces: boolean): Promise<void> {
  if (!replaces) return rename(fresh, path);
  const old = join(dirname(path), `${basename(path)}.${randomBytes(6).toString("hex")}.old`);
  await rename(path, old);
  try {
    await rename(fresh, path);
  } catch (error) {
    await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function writeDurably(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is durable once its folder is; systems that cannot open a folder do without. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  if (folder === undefined) return;
  try {
    await folder.sync();
  } catch (error) {
    if (!["EINVAL", "EPERM", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await folder.close();
  }
}

const packageVersion = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
