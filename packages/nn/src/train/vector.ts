// Parameters joined into one vector: the whole network is updated by a few operators.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import type { NamedParameter } from "../layers/parameters.ts";
import { sizeOf } from "../shape.ts";
import { concat, reshape, split } from "../tensor/shaping.ts";

/** How the step sees parameters: joined into one vector, or each by itself. */
export interface Layout {
  /** Number of parameter inputs. */
  readonly size: number;
  /** Data of the step's parameter inputs. */
  readonly pack: (values: readonly TensorData[]) => readonly TensorData[];
  readonly unpack: (packed: readonly TensorData[]) => readonly TensorData[];
  /** Tensors of the network's parameters from the step's. */
  readonly unpackTensors: (packed: readonly Tensor[]) => readonly Tensor[];
  readonly packTensors: (tensors: readonly Tensor[]) => readonly Tensor[];
}

const separate = (size: number): Layout => ({
  size,
  pack: (values) => values,
  unpack: (packed) => packed,
  unpackTensors: (packed) => packed,
  packTensors: (tensors) => tensors,
});

/** The layout for these parameters; joined when the optimiser allows it. */
export function layoutOf(parameters: readonly NamedParameter[], joined: boolean): Layout {
  if (!joined || parameters.length < 2) return separate(parameters.length);
  const shapes = parameters.map(({ value }) => value.shape);
  const sizes = shapes.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return {
    size: 1,
    pack(values) {
      const data = new Float32Array(total);
      for (const [i, value] of values.entries()) data.set(value.data as Float32Array, offsets[i] ?? 0);
      return [{ data, shape: [total] }];
    },
    unpack([vector]) {
      const data = vector?.data as Float32Array;
      return shapes.map((shape, i) => {
        const start = offsets[i] ?? 0;
        return { data: data.slice(start, start + (sizes[i] ?? 0)), shape };
      });
    },
    unpackTensors: ([vector]) =>
      split(vector as Tensor, sizes, 0).map((part, i) => reshape(part, shapes[i] as readonly number[])),
    packTensors: (tensors) => [
      concat(
        tensors.map((tensor) => reshape(tensor, [-1])),
        0,
      ),
    ],
  };
}
