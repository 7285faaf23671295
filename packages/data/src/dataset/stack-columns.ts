// Columns of numbers side by side, as a network takes them.
import { DataError } from "../errors.ts";
import { listNames, suggestName } from "../names.ts";
import { type Batch, rowsIn } from "./dataset.ts";
import { widthOf } from "./rows-of-arrays.ts";

/**
 * These columns of a batch in one array of float32, [rows, columns], in this order; of a column with several numbers a
 * row all of them. A missing value stays NaN. Throws `unknown-column`, `wrong-column-type` (strings).
 */
export function stackColumns(
  batch: Batch,
  names: readonly string[],
): { readonly data: Float32Array; readonly shape: [number, number] } {
  const arrays = names.map((name) => {
    const array = Object.hasOwn(batch, name) ? batch[name]! : unknown(batch, name);
    const { data } = array;
    if (Array.isArray(data))
      throw new DataError(
        "wrong-column-type",
        `column "${name}" holds strings`,
        "Make numbers of them before they are stacked.",
        undefined,
        { column: name },
      );
    return { data, width: widthOf(array) };
  });
  const rows = rowsIn(batch);
  const width = arrays.reduce((sum, own) => sum + own.width, 0);
  const stacked = new Float32Array(rows * width);
  let first = 0;
  for (const { data, width: own } of arrays) {
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < own; i++) stacked[row * width + first + i] = Number(data[row * own + i]);
    first += own;
  }
  return { data: stacked, shape: [rows, width] };
}

function unknown(batch: Batch, name: string): never {
  const names = Object.keys(batch);
  throw new DataError(
    "unknown-column",
    `the batch has no column "${name}"; it has ${listNames(names)}`,
    suggestName(name, names),
    undefined,
    { column: name },
  );
}
