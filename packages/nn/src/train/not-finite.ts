// Where examples hold a number that is not finite.
import type { TensorData } from "../dtype.ts";
import { sizeOf } from "../shape.ts";

/** The first array, example and number that is not finite, in words; undefined when all are finite. */
export function firstNotFinite(arrays: Readonly<Record<string, TensorData>>): string | undefined {
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
    const at = (data as Float32Array).findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const example = Math.floor(at / sizeOf(shape.slice(1)));
    return `the validation ${name} of example ${example} (counted from 0) has ${data[at]}`;
  }
  return undefined;
}
