// Sends a bundle to a server: its files, then the version that they are.
import { openAsBlob } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ApiClient, NewVersion, Version } from "@lepta/api";

/** @param dir the bundle's folder, which holds files alone */
export async function publishBundle(
  client: ApiClient,
  product: string,
  dir: string,
  about: Omit<NewVersion, "files">,
): Promise<Version> {
  const files: NewVersion["files"] = [];
  for (const path of (await readdir(dir)).sort()) {
    const { sha256 } = await client.uploadFile(await openAsBlob(join(dir, path)));
    files.push({ path, sha256 });
  }
  return client.registerVersion(product, { ...about, files });
}
