// Reads pictures listed in index.csv: parts of one pack, images.jpgpack, or files of a folder.
import { readFile, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import sharp from "sharp";
import type { DataSet, Pictures } from "./images.ts";
import { pictureBytes, side } from "./images.ts";

type Row = Readonly<Record<string, string>>;

/**
 * The pictures of `folder`/index.csv, JPEG or PNG, 32×32. Columns: `split` (train or test), `label` (a number from 0),
 * `class`; and `offset`, `length` in images.jpgpack where there is one, else `file`, a path inside the folder.
 */
export async function readIndex(folder: string): Promise<DataSet> {
  const rows = parseCsv(await readFile(join(folder, "index.csv"), "utf8"));
  const pack = await readFile(join(folder, "images.jpgpack")).catch(() => undefined);
  const classes: string[] = [];
  for (const row of rows) classes[Number(row.label)] = row.class ?? row.label ?? "";
  const part = (split: string): Promise<Pictures> =>
    decodeAll(
      folder,
      rows.filter((row) => row.split === split),
      pack,
    );
  return { train: await part("train"), test: await part("test"), classes };
}

/** Whether a folder has an index. */
export async function hasIndex(folder: string): Promise<boolean> {
  return stat(join(folder, "index.csv")).then(
    () => true,
    () => false,
  );
}

function parseCsv(text: string): Row[] {
  const [head = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [names[i] ?? "", value])));
}

async function decodeAll(folder: string, rows: readonly Row[], pack: Buffer | undefined): Promise<Pictures> {
  const pixels = new Uint8Array(rows.length * pictureBytes);
  const decodeRow = async (row: Row, i: number): Promise<void> => {
    const bytes = pack === undefined ? await readInside(folder, row.file ?? "") : partOf(pack, row);
    pixels.set(await decode(bytes, row.file ?? `picture ${i} of the pack`), i * pictureBytes);
  };
  // A few hundred at a time: the decoder has its own threads, and promises for all would cost memory.
  for (let from = 0; from < rows.length; from += 256) {
    await Promise.all(rows.slice(from, from + 256).map((row, i) => decodeRow(row, from + i)));
  }
  return { count: rows.length, pixels, labels: Uint8Array.from(rows, (row) => Number(row.label)) };
}

function partOf(pack: Buffer, { offset, length }: Row): Buffer {
  const [from, size] = [Number(offset), Number(length)];
  if (!(from >= 0 && size > 0 && from + size <= pack.length))
    throw new Error(`index.csv names bytes ${offset} + ${length}; images.jpgpack has ${pack.length}.`);
  return pack.subarray(from, from + size);
}

function readInside(folder: string, file: string): Promise<Buffer> {
  const path = resolve(folder, file);
  if (!path.startsWith(resolve(folder) + sep)) throw new Error(`index.csv names ${file}, outside of its folder.`);
  return readFile(path);
}

/** Pixels by rows, three numbers each, to red, green and blue one after another. */
async function decode(bytes: Buffer, name: string): Promise<Uint8Array> {
  const { data, info } = await sharp(bytes).removeAlpha().toColourspace("srgb").raw().toBuffer({
    resolveWithObject: true,
  });
  if (info.width !== side || info.height !== side || info.channels !== 3)
    throw new Error(`${name} is ${info.width}×${info.height} with ${info.channels} channels, not ${side}×${side}.`);
  const area = side * side;
  const planes = new Uint8Array(pictureBytes);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) planes[c * area + i] = data[3 * i + c] as number;
  return planes;
}
