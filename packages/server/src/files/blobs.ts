// Content-addressed files: a blob's name is its SHA-256, so that equal content is stored once and never changes.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ApiError } from "@lepta/api";

export interface BlobReference {
  /** Hex. */
  sha256: string;
  bytes: number;
}

/**
 * Knowing a hash is no right to the content: what may be read is decided by the database's rows, which hold the
 * hashes and which an organisation sees only its own of.
 */
export interface Blobs {
  put(content: Uint8Array): Promise<BlobReference>;
  putFile(path: string): Promise<BlobReference>;
  /** @throws ApiError blob-missing, blob-corrupt (the content is checked at every read) */
  read(sha256: string): Promise<Buffer>;
  has(sha256: string): Promise<boolean>;
}

/** Blobs in a local folder: written beside, synced and renamed, so that a name never holds half a content. */
export function localBlobs(folder: string): Blobs {
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError(`${sha256} is no SHA-256`);
    return join(folder, sha256.slice(0, 2), sha256);
  };
  const has = (sha256: string) =>
    access(pathOf(sha256)).then(
      () => true,
      () => false,
    );

  async function put(content: Uint8Array): Promise<BlobReference> {
    const reference = { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
    const path = pathOf(reference.sha256);
    if (await has(reference.sha256)) return reference;
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    try {
      await writeFile(temporary, content, { flush: true });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncDirectory(dirname(path));
    return reference;
  }

  return {
    put,
    has,
    putFile: async (path) => {
      const sha256 = await hashFile(path);
      return (await has(sha256)) ? { sha256, bytes: (await readFile(path)).byteLength } : put(await readFile(path));
    },
    async read(sha256) {
      const content = await readFile(pathOf(sha256)).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== "ENOENT") throw cause;
        throw new ApiError("blob-missing", `the stored file ${sha256} is not there`, {
          cause,
          fix: "Restore the folder `files` from the same backup as the database.",
        });
      });
      if (createHash("sha256").update(content).digest("hex") !== sha256) {
        throw new ApiError("blob-corrupt", `the stored file ${sha256} has other content than its name says`, {
          fix: "Restore the file from a backup, or train the version again.",
        });
      }
      return content;
    },
  };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Makes a rename durable; where directories cannot be synced (Windows) it does nothing. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
