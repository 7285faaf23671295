// Reads pictures listed in index.csv: parts of one pack, images.jpgpack, or files of a folder.
import { readFile, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import {
  columnOf,
  type MemoryDataset,
  readTable,
  rowsOf,
  type Table,
  takeRows,
  type Value,
  valueAt,
} from "@lepta/data";
import sharp from "sharp";
import { type DataSet, pictureBytes, pictures, side } from "./images.ts";

type Row = Readonly<Record<string, Value>>;

/**
 * The pictures of `folder`/index.csv, JPEG or PNG, 32×32. Columns: `split` (train or test), `label` (a number from 0),
 * `class`; and `offset`, `length` in images.jpgpack where there is one, else `file`, a path inside the folder.
 */
export async function readIndex(folder: string): Promise<DataSet> {
  const index = await readTable(join(folder, "index.csv"), {
    types: {
      split: "category",
      label: "number",
      class: "category",
      file: "category",
      offset: "number",
      length: "number",
    },
    absent: "ignore",
  });
  const pack = await readFile(join(folder, "images.jpgpack")).catch(() => undefined);
  const classes: string[] = [];
  for (const { label, class: name } of rowsOf(index)) classes[labelOf(label)] = String(name ?? label);
  const split = columnOf(index, "split");
  const part = (name: string): Promise<MemoryDataset> => {
    const rows = Array.from({ length: index.rowCount }, (_, row) => row).filter((row) => valueAt(split, row) === name);
    return decodeAll(folder, takeRows(index, rows), pack);
  };
  return { train: await part("train"), test: await part("test"), classes };
}

function labelOf(label: Value | undefined): number {
  if (typeof label === "number" && Number.isInteger(label) && label >= 0 && label < 256) return label;
  throw new Error(`index.csv has the label ${label ?? "(none)"}, no whole number from 0 to 255.`);
}

/** Whether a folder has an index. */
export async function hasIndex(folder: string): Promise<boolean> {
  return stat(join(folder, "index.csv")).then(
    () => true,
    () => false,
  );
}

async function decodeAll(folder: string, index: Table, pack: Buffer | undefined): Promise<MemoryDataset> {
  const rows: readonly Row[] = [...rowsOf(index)];
  const pixels = new Uint8Array(rows.length * pictureBytes);
  const decodeRow = async (row: Row, i: number): Promise<void> => {
    const bytes = pack === undefined ? await readInside(folder, String(row.file ?? "")) : partOf(pack, row);
    pixels.set(await decode(bytes, String(row.file ?? `picture ${i} of the pack`)), i * pictureBytes);
  };
  // A few hundred at a time: the decoder has its own threads, and promises for all would cost memory.
  for (let from = 0; from < rows.length; from += 256) {
    await Promise.all(rows.slice(from, from + 256).map((row, i) => decodeRow(row, from + i)));
  }
  return pictures(
    pixels,
    Uint8Array.from(rows, ({ label }) => labelOf(label)),
  );
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
