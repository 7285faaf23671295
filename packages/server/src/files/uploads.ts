// Uploaded files that wait for the version that they are of: an organisation's own, by their hash, for a day.
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { copyFile, link, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApiError, type Upload } from "@lepta/api";

/** Milliseconds for which a file waits. */
const keptMs = 24 * 3600 * 1000;
/** Most bytes of one organisation's waiting files: a key that is misused must not fill the disk. */
const maxWaiting = 8 * 2 ** 30;

export interface Uploads {
  /** @throws ApiError body-too-large */
  put(content: Readable, limit: number): Promise<Upload>;
  /** Runs `work` on a folder with these files under their names, and removes it. @throws ApiError upload-not-found */
  together<T>(
    files: readonly { readonly path: string; readonly sha256: string }[],
    work: (dir: string) => Promise<T>,
  ): Promise<T>;
}

/** @param folder the organisation's: what one uploads another cannot name, whatever hash it knows */
export function uploadsIn(folder: string): Uploads {
  return {
    async put(content, limit) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const room = maxWaiting - (await removeOld(folder));
      const most = Math.min(limit, room);
      const temporary = join(folder, `${randomUUID()}.tmp`);
      const hash = createHash("sha256");
      let bytes = 0;
      async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of source) {
          bytes += chunk.length;
          if (bytes > most) throw tooLarge(limit, room);
          hash.update(chunk);
          yield chunk;
        }
      }
      try {
        await pipeline(content, counted, createWriteStream(temporary, { mode: 0o600, flush: true }));
        const sha256 = hash.digest("hex");
        await rename(temporary, join(folder, sha256));
        return { sha256, bytes, keptUntil: new Date(Date.now() + keptMs).toISOString() };
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async together(files, work) {
      const dir = join(folder, `${randomUUID()}.tmp`);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      try {
        for (const { path, sha256 } of files) await place(join(folder, sha256), join(dir, path), sha256);
        return await work(dir);
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

/** By a link where the file system has them. */
async function place(from: string, to: string, sha256: string): Promise<void> {
  try {
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EEXIST") throw error;
      return copyFile(from, to);
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new ApiError("upload-not-found", `no uploaded file has the hash ${sha256}`, {
      fix: "Send the file to POST /v1/uploads first; it is kept for a day.",
      cause,
    });
  }
}

/** @returns the bytes of what still waits */
async function removeOld(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (found.mtimeMs < Date.now() - keptMs) await rm(path, { recursive: true, force: true });
    else if (found.isFile()) bytes += found.size;
  }
  return bytes;
}

function tooLarge(limit: number, room: number): ApiError {
  if (room < limit)
    return new ApiError("body-too-large", `files of more than ${maxWaiting} bytes wait for their versions`, {
      fix: "Register versions of them, or wait until they are a day old.",
    });
  return new ApiError("body-too-large", `the file is larger than ${limit} bytes`, {
    fix: "Compress the model, or raise the server's limit of uploads.",
  });
}
