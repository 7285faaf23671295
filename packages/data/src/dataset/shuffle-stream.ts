// A stream in a random order, as far as a buffer of its rows allows.
import { DataError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Batch, type BatchArray, checkSize, type DatasetStream, rowsIn } from "./dataset.ts";
import { allocate, allRows, copyRow, pickRows, widthOf } from "./rows-of-arrays.ts";

export interface ShuffleOptions {
  /** Rows in the buffer. With as many as the stream has, every order is as likely. */
  readonly buffer: number;
  /** Default 0. The same seed and epoch give the same order. */
  readonly seed?: number;
}

/**
 * The stream's rows, each drawn at random from a buffer that the next row then fills: a row comes at most `buffer` rows
 * early, however late. Another order each epoch. In memory are the buffer and one batch. Throws `invalid-option`; a pass
 * throws it where a batch has other arrays than the first.
 */
export function shuffleStream(data: DatasetStream, { buffer, seed = 0 }: ShuffleOptions): DatasetStream {
  checkSize(buffer, "a buffer");
  return {
    ...(data.count === undefined ? {} : { count: data.count }),
    columns: data.columns,
    async *batches(pass) {
      const random = rng(rng(seed).integer(2 ** 48) + pass.epoch);
      let held: Batch | undefined;
      let filled = 0;
      for await (const batch of data.batches(pass)) {
        held ??= emptyBuffer(batch, buffer);
        checkArrays(batch, held);
        const count = rowsIn(batch);
        const rest = Math.max(0, count - (buffer - filled));
        const fresh = count - rest;
        for (let row = 0; row < fresh; row++) move(batch, row, held, filled++);
        if (rest === 0) continue;
        const out = pickRows(batch, allRows(rest));
        for (let i = 0; i < rest; i++) {
          const slot = random.integer(buffer);
          move(held, slot, out, i);
          move(batch, fresh + i, held, slot);
        }
        yield out;
      }
      if (held === undefined) return;
      const order = allRows(filled);
      random.shuffle(order);
      // In pieces: not the whole buffer a second time.
      const piece = Math.max(1, Math.ceil(filled / 16));
      for (let at = 0; at < filled; at += piece) yield pickRows(held, order.subarray(at, at + piece));
    },
  };
}

function emptyBuffer(batch: Batch, rows: number): Batch {
  return Object.fromEntries(
    Object.entries(batch).map(([name, array]): [string, BatchArray] => [
      name,
      { data: allocate(array.data, rows * widthOf(array)), shape: [rows, ...array.shape.slice(1)] },
    ]),
  );
}

function move(from: Batch, row: number, to: Batch, place: number): void {
  for (const name in from) copyRow(from[name]!.data, row, to[name]!.data, place, widthOf(from[name]!));
}

function checkArrays(batch: Batch, first: Batch): void {
  const form = (own: Batch): string =>
    Object.entries(own)
      .map(
        ([name, { data, shape }]) =>
          `${name} ${data.constructor.name} [rows${shape
            .slice(1)
            .map((n) => `, ${n}`)
            .join("")}]`,
      )
      .join("; ");
  if (form(batch) !== form(first))
    throw new DataError(
      "invalid-option",
      `a batch of the stream has ${form(batch)}, its first one had ${form(first)}`,
      "Give the same arrays in every batch, with the same sizes of a row.",
    );
}
