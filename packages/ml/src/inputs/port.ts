// The inputs of a model: element type and shape, and how values become a tensor of them.
import type { Cell } from "@lepta/data";
import type { TensorData } from "@lepta/nn";

type Values = Float64Array | readonly string[];

export interface Port {
  readonly dtype: "float64" | "string";
  /** Of one value; a batch has the number of rows before it. */
  readonly shape: readonly number[];
  /** What it takes, for messages. */
  readonly takes: "numbers" | "strings";
  /** A tensor of `count` values as they were read. */
  feed(count: number, cell: (index: number) => Cell): TensorData;
  /** A tensor of rows of a table's column; undefined where the column holds something else. */
  part(data: Values, start: number, end: number): TensorData | undefined;
}

/** float64 [N, 1], NaN for a missing value. */
export const numberPort: Port = {
  dtype: "float64",
  shape: [1],
  takes: "numbers",
  feed(count, cell) {
    const data = new Float64Array(count);
    for (let i = 0; i < count; i++) data[i] = Number(cell(i) ?? Number.NaN);
    return { data, shape: [count, 1] };
  },
  part: (data, start, end) =>
    data instanceof Float64Array ? { data: data.subarray(start, end), shape: [end - start, 1] } : undefined,
};

/** Strings [N, 1], "" for a missing value. */
export const stringPort: Port = {
  dtype: "string",
  shape: [1],
  takes: "strings",
  feed(count, cell) {
    const data = new Array<string>(count);
    for (let i = 0; i < count; i++) data[i] = String(cell(i) ?? "");
    return { data, shape: [count, 1] };
  },
  part: (data, start, end) =>
    data instanceof Float64Array ? undefined : { data: data.slice(start, end), shape: [end - start, 1] },
};
