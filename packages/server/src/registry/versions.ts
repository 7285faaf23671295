// Model versions: a bundle taken into the store, listed with what it measured, and put back on disk to be served.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ApiError, metric, type Page, trivial, type Version, type VersionFiles } from "@lepta/api";
import { MlError, type OutcomeForm, readBundle, readManifest as readBundleManifest } from "@lepta/ml";
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Sql } from "../db/connection.ts";
import { isUuid, newId } from "../db/id.ts";
import { badCursor, keyPage, type PageRequest, sizeOf } from "../db/page.ts";
import { modelVersions } from "../db/schema.ts";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { hashFile, localBlobs } from "../files/blobs.ts";
import { directoryHash, materialise, storeDirectory } from "../files/directories.ts";
import { formOf, goesOnAs } from "../outcomes/index.ts";
import { requireProduct } from "./products.ts";

const metrics = z.record(z.string(), metric);

/** What the registry needs of a bundle's manifest; the rest is kept as it is. */
const manifestSchema = z.looseObject({
  dataHash: z.string().regex(/^[0-9a-f]{64}$/),
  modelSha256: z.string().regex(/^[0-9a-f]{64}$/),
  metrics: metrics.default({}),
  seed: z.int().nullish(),
  /** Checked by the reader of bundles. */
  outcome: z.custom<OutcomeForm>(),
  versions: z.record(z.string(), z.string()).default({}),
  baseline: z.looseObject({ metrics }).nullish(),
  trivial: trivial.nullish(),
  trainedOn: z.looseObject({ rows: z.int().nonnegative() }).nullish(),
});

export interface NewVersion {
  product: string;
  /** The model's name, e.g. network. */
  name: string;
  /** The bundle: model.onnx, manifest.json, card.md. */
  bundleDir: string;
  runId?: string | undefined;
  /** counts[actual][predicted] on the test part. */
  confusion?: { labels: string[]; counts: number[][] } | undefined;
}

export const blobsOf = (store: Store) => localBlobs(join(store.dir, "files"));

/**
 * Takes a bundle's files into the store and gives it the product's next version number. The same bundle again gives
 * the version that it has.
 * @throws ApiError product-not-found, bundle-unusable; MlError bundle-corrupt where its model is not what a bundle's may
 * be. Nothing is registered then.
 */
export async function registerVersion(store: Store, tenant: Tenant, given: NewVersion): Promise<Version> {
  const manifest = await readManifest(given.bundleDir);
  const { sha256 } = await hashFile(join(given.bundleDir, "model.onnx")).catch((cause) => {
    throw unusable(given.bundleDir, "model.onnx cannot be read", cause);
  });
  if (sha256 !== manifest.modelSha256) {
    throw unusable(given.bundleDir, "model.onnx does not have the hash that the manifest says");
  }
  // The whole bundle, as it will be read when it is served.
  await readBundle(given.bundleDir);
  // Blobs first: a row never refers to a file that is not there. Left-over blobs of a crash harm nothing.
  const files = await storeDirectory(blobsOf(store), given.bundleDir);
  const bundleHash = directoryHash(files);
  return tenant.transaction(async (tx) => {
    const { outcome } = await requireProduct(tx, given.product);
    if (!goesOnAs(outcome, formOf(manifest.outcome)))
      throw unusable(given.bundleDir, `its outcomes are no ${outcome.kind} as those of ${given.product}`);
    // Two registrations at a time would take the same number: the product's row is the queue.
    await tx.execute(sql`select 1 from lepta.products where name = ${given.product} for update`);
    const [known] = await tx
      .select()
      .from(modelVersions)
      .where(and(eq(modelVersions.product, given.product), eq(modelVersions.bundleHash, bundleHash)));
    if (known) return toVersion(known);
    const [newest] = await tx
      .select({ version: modelVersions.version })
      .from(modelVersions)
      .where(eq(modelVersions.product, given.product))
      .orderBy(desc(modelVersions.version))
      .limit(1);
    const [made] = await tx
      .insert(modelVersions)
      .values({
        organisationId: tenant.organisationId,
        id: newId(),
        product: given.product,
        version: (newest?.version ?? 0) + 1,
        name: given.name,
        runId: given.runId ?? null,
        metrics: manifest.metrics,
        baseline: manifest.baseline?.metrics ?? null,
        confusion: given.confusion ?? null,
        threshold: "threshold" in manifest.outcome ? manifest.outcome.threshold : null,
        dataHash: manifest.dataHash,
        modelHash: manifest.modelSha256,
        bundleHash,
        seed: manifest.seed ?? null,
        trainedRows: manifest.trainedOn?.rows ?? null,
        versions: manifest.versions,
        manifest,
        files,
      })
      .returning();
    return toVersion(made!);
  });
}

/** Newest first. @throws ApiError product-not-found, invalid-request for a cursor that is none of ours. */
export async function listVersions(tenant: Tenant, product: string, request: PageRequest = {}): Promise<Page<Version>> {
  const size = sizeOf(request);
  return tenant.transaction(async (tx) => {
    await requireProduct(tx, product);
    const { cursor } = request;
    if (cursor !== undefined && !/^[1-9][0-9]{0,8}$/.test(cursor)) throw badCursor();
    const rows = await tx
      .select()
      .from(modelVersions)
      .where(
        and(
          eq(modelVersions.product, product),
          cursor === undefined ? undefined : lt(modelVersions.version, Number(cursor)),
        ),
      )
      .orderBy(desc(modelVersions.version))
      .limit(size + 1);
    return keyPage(rows, size, toVersion, ({ version }) => String(version));
  });
}

export type VersionKey = { id: string } | { product: string; version: number };

/** @throws ApiError version-not-found */
export async function readVersion(tenant: Tenant, key: VersionKey): Promise<Version> {
  return toVersion(await tenant.transaction((tx) => requireVersion(tx, key)));
}

/** @throws ApiError version-not-found */
export async function requireVersion(tx: Sql, key: VersionKey): Promise<typeof modelVersions.$inferSelect> {
  const condition =
    "id" in key
      ? isUuid(key.id) && eq(modelVersions.id, key.id)
      : Number.isSafeInteger(key.version) &&
        Math.abs(key.version) < 2 ** 31 &&
        and(eq(modelVersions.product, key.product), eq(modelVersions.version, key.version));
  const [row] = condition ? await tx.select().from(modelVersions).where(condition) : [];
  if (row) return row;
  const named = "id" in key ? `with the id ${key.id}` : `${key.version} of ${key.product}`;
  throw new ApiError("version-not-found", `there is no model version ${named}`, {
    fix: "GET /v1/products/{product}/versions lists the versions.",
  });
}

/**
 * A directory with the version's bundle, made from its blobs when it is not there yet.
 * @returns its path; it is shared and must not be changed. @throws ApiError version-not-found; ServerError blob-missing, blob-corrupt
 */
export async function bundleDirectory(store: Store, tenant: Tenant, versionId: string): Promise<string> {
  const { files, bundleHash } = await tenant.transaction((tx) => requireVersion(tx, { id: versionId }));
  const folder = join(store.dir, "bundles");
  await mkdir(folder, { recursive: true });
  const target = join(folder, bundleHash);
  await materialise(blobsOf(store), files, target);
  return target;
}

/** The files of a version's bundle. @throws ApiError version-not-found */
export async function listVersionFiles(tenant: Tenant, key: VersionKey): Promise<VersionFiles> {
  const { files } = await tenant.transaction((tx) => requireVersion(tx, key));
  return files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes }));
}

/**
 * Path of a file of a version's bundle, which must not be changed.
 * @throws ApiError version-not-found, bundle-file-not-found; ServerError blob-missing, blob-corrupt
 */
export async function versionFilePath(store: Store, tenant: Tenant, key: VersionKey, path: string): Promise<string> {
  const { id, files } = await tenant.transaction((tx) => requireVersion(tx, key));
  // A path of the version's own list, not one of the caller's making.
  if (!files.some((file) => file.path === path))
    throw new ApiError("bundle-file-not-found", `the version has no file ${JSON.stringify(path)}`, {
      fix: `Ask for one of ${files.map((file) => file.path).join(", ")}.`,
    });
  return join(await bundleDirectory(store, tenant, id), path);
}

async function readManifest(dir: string): Promise<z.infer<typeof manifestSchema>> {
  let content: unknown;
  try {
    content = await readBundleManifest(dir);
  } catch (cause) {
    throw unusable(dir, cause instanceof MlError ? cause.message : "manifest.json cannot be read", cause);
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) throw unusable(dir, `manifest.json: ${z.prettifyError(manifest.error)}`);
  return manifest.data;
}

function unusable(dir: string, why: string, cause?: unknown): ApiError {
  return new ApiError("bundle-unusable", `${dir} is no usable bundle: ${why}`, {
    cause,
    fix: "Give the directory that lepta train made, unchanged.",
  });
}

function toVersion(row: typeof modelVersions.$inferSelect): Version {
  return {
    id: row.id,
    product: row.product,
    name: row.name,
    version: row.version,
    run: row.runId,
    metrics: row.metrics,
    baseline: row.baseline,
    trivial: z.safeParse(z.looseObject({ trivial }), row.manifest).data?.trivial ?? null,
    confusion: row.confusion,
    threshold: row.threshold,
    dataHash: row.dataHash,
    modelHash: row.modelHash,
    seed: row.seed,
    trainedRows: row.trainedRows,
    versions: row.versions,
    createdAt: row.createdAt.toISOString(),
  };
}
