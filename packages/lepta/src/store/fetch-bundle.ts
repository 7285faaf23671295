// Brings a version's bundle from a server into a folder: whole, each file with the hash that the server says, or not at all.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ApiClient, ApiError } from "@lepta/api";

/** A folder that is there already is kept: a version never changes. */
export async function fetchBundle(client: ApiClient, product: string, version: number, dir: string): Promise<void> {
  if (existsSync(dir)) return;
  const fresh = `${dir}.${process.pid}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    for (const { path, sha256 } of await client.versionFiles(product, version)) {
      // Another's list must not lead out of the folder.
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(path)) throw notWhole(`names a file ${JSON.stringify(path)}`);
      const content = new Uint8Array(await (await client.versionFile(product, version, path)).arrayBuffer());
      if (createHash("sha256").update(content).digest("hex") !== sha256)
        throw notWhole(`sent ${path} with another hash than it says`);
      await writeFile(join(fresh, path), content);
    }
    await rename(fresh, dir);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

function notWhole(what: string): ApiError {
  return new ApiError("unexpected-response", `the server ${what}`, {
    fix: "Check that the address is a Lepta server of the client's release.",
  });
}
