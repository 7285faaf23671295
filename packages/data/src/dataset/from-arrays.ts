// Arrays in memory as a data set: pictures, vectors, sequences of one length.
import { DataError } from "../errors.ts";
import { type Batch, type BatchArray, checkRows, type DatasetColumn, type MemoryDataset } from "./dataset.ts";
import { pickRows, widthOf } from "./rows-of-arrays.ts";

/**
 * A data set of arrays that have one entry a row on their first axis; they are shared. Throws `no-columns`,
 * `invalid-option` (arrays of unequal counts, or with another number of elements than their shape has).
 */
export function fromArrays(arrays: Batch): MemoryDataset {
  const all = Object.entries(arrays);
  const count = all[0]?.[1].shape[0];
  if (count === undefined) throw new DataError("no-columns", "the data set has no array", "Give at least one array.");
  for (const [name, array] of all) {
    if (array.shape[0] !== count)
      throw new DataError(
        "invalid-option",
        `"${name}" has ${array.shape[0]} rows where "${all[0]![0]}" has ${count}`,
        "Give every array the same first size.",
      );
    if (array.data.length !== count * widthOf(array))
      throw new DataError(
        "invalid-option",
        `"${name}" has ${array.data.length} elements where its shape [${array.shape.join(", ")}] has ${count * widthOf(array)}`,
        "Give as many elements as the product of the shape's sizes.",
      );
  }
  return {
    count,
    columns: all.map(([name, array]) => columnIn(name, array)),
    batch(rows) {
      checkRows(rows, count);
      return pickRows(arrays, rows);
    },
  };
}

function columnIn(name: string, { data, shape }: BatchArray): DatasetColumn {
  return { name, type: Array.isArray(data) ? "category" : "number", shape: shape.length === 1 ? [] : shape.slice(1) };
}
