// Reads the official CIFAR-10 binary archive, which it downloads once where there is a network.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { MemoryDataset } from "@lepta/data";
import { type DataSet, pictureBytes, pictures } from "./images.ts";

export interface Source {
  readonly url: string;
  /** Of the archive's bytes, in hexadecimal. */
  readonly sha256: string;
}

/** 170,052,171 bytes (Krizhevsky 2009). */
export const official: Source = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** Downloads to `path` unless it is there; throws when the checksum is another. A file that is half there is never left. */
export async function download(path: string, { url, sha256 }: Source = official): Promise<void> {
  if (await exists(path)) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    checkHash(path, hash.digest("hex"), sha256);
    return;
  }
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`${url} cannot be reached; give --data a folder that has an index.csv instead.`, { cause });
  });
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}.`);
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  const partial = `${path}.${process.pid}.partial`;
  try {
    await pipeline(response.body, hashing, createWriteStream(partial));
    checkHash(url, hash.digest("hex"), sha256);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

function checkHash(what: string, found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`${what} has the SHA-256 ${found}, not ${wanted}: delete it and try again.`);
}

/** The pictures of the archive: data_batch_1.bin … data_batch_5.bin, test_batch.bin and the classes' names. */
export async function readArchive(path: string): Promise<DataSet> {
  const files = filesOf(await promisify(gunzip)(await readFile(path)));
  const named = (name: string): Buffer => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new Error(`${path} has no ${name}.`);
    return bytes;
  };
  const batches = [1, 2, 3, 4, 5].map((i) => named(`data_batch_${i}.bin`));
  return {
    train: picturesIn(Buffer.concat(batches)),
    test: picturesIn(named("test_batch.bin")),
    classes: named("batches.meta.txt").toString("utf8").trim().split("\n"),
  };
}

/** Records of a label and the picture's planes. */
function picturesIn(records: Buffer): MemoryDataset {
  const size = 1 + pictureBytes;
  const count = records.length / size;
  if (!Number.isInteger(count)) throw new Error(`A batch has ${records.length} bytes, no multiple of ${size}.`);
  const pixels = new Uint8Array(count * pictureBytes);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = records[i * size] as number;
    pixels.set(records.subarray(i * size + 1, (i + 1) * size), i * pictureBytes);
  }
  return pictures(pixels, labels);
}

/** The plain files of a tar archive (POSIX ustar) by their names without folders. */
function filesOf(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const text = (from: number, length: number): string =>
    archive.toString("utf8", from, from + length).split("\0")[0] as string;
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    if (!Number.isSafeInteger(size) || at + 512 + size > archive.length) throw new Error("The archive is damaged.");
    const type = text(at + 156, 1);
    const name = text(at, 100).split("/").at(-1) as string;
    if (type === "0" || type === "") files.set(name, archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
