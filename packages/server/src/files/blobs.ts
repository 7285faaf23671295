// Content-addressed files: a blob's name is its SHA-256, so that equal content is stored once and never changes.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ServerError } from "../errors.ts";

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
  /** Up to 2 GiB. @throws ServerError blob-missing, blob-corrupt (the content is checked at every read) */
  read(sha256: string): Promise<Buffer>;
  /** Writes the content to a file, of any size. @throws as read */
  copyTo(sha256: string, target: string): Promise<void>;
  has(sha256: string): Promise<boolean>;
}

/** Blobs in a local folder: written beside, synced and renamed, so that a name never holds half a content. */
export function localBlobs(folder: string): Blobs {
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError(`${sha256} is no SHA-256`);
    return join(folder, sha256.slice(0, 2), sha256);
  };
  /** Whether it is there and whole: a damaged file counts as missing, and the next put replaces it. */
  const has = async (sha256: string) => {
    try {
      return (await hashFile(pathOf(sha256))).sha256 === sha256;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  };

  /** Puts in place what `write` writes beside it. */
  async function place(write: (temporary: string) => Promise<unknown>): Promise<BlobReference> {
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, randomUUID());
    try {
      await write(temporary);
      // Of what was written: a file may change while it is copied.
      const reference = await hashFile(temporary);
      const path = pathOf(reference.sha256);
      await sync(temporary);
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      await syncDirectory(dirname(path));
      return reference;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  const readable = <T>(sha256: string, reading: Promise<T>): Promise<T> =>
    reading.catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
      throw new ServerError("blob-missing", `the stored file ${sha256} is not there`, {
        cause,
        fix: "Restore the folder `files` from the same backup as the database.",
      });
    });

  return {
    has,
    async put(content) {
      const reference = { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
      return (await has(reference.sha256)) ? reference : place((temporary) => writeFile(temporary, content));
    },
    async putFile(path) {
      const reference = await hashFile(path);
      return (await has(reference.sha256)) ? reference : place((temporary) => copyFile(path, temporary));
    },
    async read(sha256) {
      const content = await readable(sha256, readFile(pathOf(sha256)));
      if (createHash("sha256").update(content).digest("hex") !== sha256) throw corrupt(sha256);
      return content;
    },
    async copyTo(sha256, target) {
      await readable(sha256, copyFile(pathOf(sha256), target));
      if ((await hashFile(target)).sha256 !== sha256) throw corrupt(sha256);
    },
  };
}

function corrupt(sha256: string): ServerError {
  return new ServerError("blob-corrupt", `the stored file ${sha256} has other content than its name says`, {
    fix: "Restore the file from a backup, or train the version again.",
  });
}

/** Reads a file in parts, so that it may be of any size. */
export async function hashFile(path: string): Promise<BlobReference> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r+");
  await handle.sync().finally(() => handle.close());
}

/** Makes a rename durable; where directories cannot be synced (Windows) it does nothing. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
