// Reads a bundle, which is untrusted input: sizes are limited, the manifest is checked, the model's hash is verified.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { decodeOnnx, type Graph } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { checkModel } from "./check-model.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { filterHash, type RowFilter } from "./row-filter.ts";

export interface Bundle {
  readonly dir: string;
  readonly manifest: Manifest;
  /** The bytes of model.onnx. */
  readonly model: Uint8Array;
  /** The model, checked: it takes and gives what the manifest says, and ends after a bounded number of steps. */
  readonly graph: Graph;
  /** Most rows that a run of it should have. */
  readonly mostRows: number;
}

export interface ReadBundleOptions {
  /** Largest model file read, in bytes. Default 1 GiB. */
  readonly maxModelBytes?: number;
}

const maxManifestBytes = 16 * 2 ** 20;

/** Throws `bundle-not-found`, `bundle-corrupt`, `bundle-version` or `bundle-too-large`. */
export async function readBundle(dir: string, options: ReadBundleOptions = {}): Promise<Bundle> {
  const path = resolve(dir);
  const manifest = await readManifest(path);
  const modelPath = join(path, "model.onnx");
  const model = await readLimited(modelPath, options.maxModelBytes ?? 2 ** 30, "bundle-corrupt");
  const found = createHash("sha256").update(model).digest("hex");
  if (found !== manifest.modelSha256)
    throw new MlError(
      "bundle-corrupt",
      `${modelPath} has the SHA-256 ${found}, its manifest says ${manifest.modelSha256}.`,
      "Copy the bundle again from where it was written, or train it again.",
    );
  return { dir: path, manifest, model, ...readModel(model, manifest, modelPath) };
}

/** The manifest alone. Throws `bundle-not-found`, `bundle-corrupt`, `bundle-version` or `bundle-too-large`. */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = join(resolve(dir), "manifest.json");
  const source = await readLimited(path, maxManifestBytes, "bundle-not-found");
  return parseManifest(source.toString("utf8"), path);
}

/** A bundle is one file: its model has no others, and is read as any file of others is. */
function readModel(model: Uint8Array, manifest: Manifest, where: string): Pick<Bundle, "graph" | "mostRows"> {
  try {
    const graph = decodeOnnx(model);
    return { graph, ...checkModel(graph, manifest) };
  } catch (cause) {
    throw new MlError(
      "bundle-corrupt",
      `The model of the bundle, ${where}, cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      "Use a bundle that `lepta train` or `lepta ship` wrote; train it again.",
      { cause },
    );
  }
}

const maxFilterBytes = 256 * 2 ** 20;

/**
 * What tells the rows that the bundle's model learnt from; undefined where the bundle came without `rows.bloom`.
 * Throws `bundle-corrupt` where it is not the one that was written.
 */
export async function readRowFilter({ dir, manifest }: Bundle): Promise<RowFilter | undefined> {
  const path = join(dir, "rows.bloom");
  const bits = await readLimited(path, maxFilterBytes, "bundle-not-found").catch((error: unknown) => {
    if (error instanceof MlError && error.code === "bundle-not-found") return undefined;
    throw error;
  });
  if (bits === undefined) return undefined;
  const { sha256, hashes } = manifest.trainedOn.filter;
  const filter = { bits, hashes };
  if (filterHash(filter) === sha256) return filter;
  throw new MlError(
    "bundle-corrupt",
    `${path} does not have the SHA-256 that its manifest says.`,
    "Copy the bundle again from where it was written, or train it again.",
  );
}

async function readLimited(
  path: string,
  limit: number,
  absent: "bundle-not-found" | "bundle-corrupt",
): Promise<Buffer> {
  const file = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" || cause.code === "ENOTDIR" ? missing(path, absent, cause) : cause;
  });
  try {
    const about = await file.stat();
    if (!about.isFile()) throw missing(path, absent);
    if (about.size > limit)
      throw new MlError(
        "bundle-too-large",
        `${path} has ${about.size} bytes; at most ${limit} are read.`,
        "Raise the limit if you trust the file.",
      );
    const data = Buffer.allocUnsafe(about.size);
    let length = 0;
    while (length < data.length) {
      const { bytesRead } = await file.read(data, length, data.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return data.subarray(0, length);
  } finally {
    await file.close();
  }
}

function missing(path: string, code: "bundle-not-found" | "bundle-corrupt", cause?: unknown): MlError {
  return new MlError(code, `There is no file ${path}.`, "Name the folder that writeBundle or `lepta train` wrote.", {
    cause,
  });
}
