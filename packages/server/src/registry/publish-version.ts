// A version of files that were uploaded: opened as a stranger's, its product made or brought up to date by its manifest.
import { join } from "node:path";
import { ApiError, type NewVersion, type Version } from "@lepta/api";
import { type Bundle, openScorer, readBundle } from "@lepta/ml";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { uploadsIn } from "../files/uploads.ts";
import { formOf } from "../outcomes/index.ts";
import { registerProduct } from "./products.ts";
import { readRun } from "./runs.ts";
import { registerVersion } from "./versions.ts";

/** @throws ApiError upload-not-found, bundle-unusable, run-not-found; nothing is registered then. */
export async function publishVersion(
  store: Store,
  tenant: Tenant,
  { product, name, files, run, confusion }: NewVersion & { readonly product: string },
): Promise<Version> {
  const names = new Set(files.map(({ path }) => path.toLowerCase()));
  if (names.size < files.length) throw unusable("two of its files have one name");
  if (run !== undefined) await readRun(tenant, run);
  return uploadsIn(join(store.dir, "uploads", tenant.organisationId)).together(files, async (bundleDir) => {
    const { manifest } = await openOnce(bundleDir);
    const { task, target, outcome, inputs } = manifest;
    await registerProduct(tenant, {
      name: product,
      task,
      target,
      outcome: formOf(outcome),
      inputs: inputs.map((input) => ({ name: input.name, type: input.type })),
    });
    return registerVersion(store, tenant, {
      product,
      name,
      bundleDir,
      ...(run === undefined ? {} : { runId: run }),
      ...(confusion === undefined ? {} : { confusion }),
    });
  });
}

/** A model that does not open is refused now, not at its first prediction. */
async function openOnce(dir: string): Promise<Bundle> {
  try {
    const bundle = await readBundle(dir);
    const scorer = await openScorer(bundle, { threads: 1 });
    await scorer.close();
    return bundle;
  } catch (cause) {
    // Which folder it lay in is nobody's business.
    throw unusable(cause instanceof Error ? cause.message.replaceAll(`${dir}/`, "") : String(cause), cause);
  }
}

function unusable(why: string, cause?: unknown): ApiError {
  return new ApiError("bundle-unusable", `the bundle cannot be used: ${why}`, {
    fix: "Send the files of the folder that lepta train made, unchanged.",
    cause,
  });
}
