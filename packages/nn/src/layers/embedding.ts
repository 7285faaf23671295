// A table of vectors, one for each index.
import { integerTypes } from "../dtype.ts";
import { cast } from "../tensor/elementwise.ts";
import { gather } from "../tensor/picking.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/** Indices [...] in [0, count) → vectors [..., size]. Vectors start standard normal, as PyTorch's Embedding does. */
export function embedding(count: number, size: number): Layer {
  return layer({
    name: `embedding(${count}, ${size})`,
    init: (_, rng) => ({
      weight: { data: Float32Array.from({ length: count * size }, () => rng.normal()), shape: [count, size] },
    }),
    apply: ({ weight }, x) => gather(weight, integerTypes.has(x.dtype) ? x : cast(x, "int64")),
  });
}
