// Parameters joined into one vector: the whole network is updated by a few operators.
import type { TensorData } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import type { NamedParameter } from "../layers/parameters.ts";
import { entryOf, sizeOf } from "../shape.ts";
import { concat, reshape, split } from "../tensor/shaping.ts";

/**
 * How the step sees the network's parameters. Its inputs are first those that are trained, the small ones joined into
 * one vector where the optimiser allows it, then the kept ones, which are not trained, always joined.
 */
export interface Layout {
  /** Number of the step's inputs for trained parameters. */
  readonly trained: number;
  /** Number of all the step's inputs for parameters. */
  readonly size: number;
  /** Data of the step's inputs from values in the order of listParameters, and back. */
  readonly pack: (values: readonly TensorData[]) => readonly TensorData[];
  readonly unpack: (packed: readonly TensorData[]) => readonly TensorData[];
  /** Tensors of the parameters in the order of listParameters, from the step's inputs. */
  readonly unpackTensors: (packed: readonly Tensor[]) => readonly Tensor[];
  /** The trained entries of a list in the order of listParameters; the kept ones. */
  readonly trainedOf: <T>(all: readonly T[]) => readonly T[];
  readonly keptOf: <T>(all: readonly T[]) => readonly T[];
  /** Tensors of the trained parameters (for example their gradients), or of the kept ones, as the step's inputs are. */
  readonly packTrained: (tensors: readonly Tensor[]) => readonly Tensor[];
  readonly packKept: (tensors: readonly Tensor[]) => readonly Tensor[];
}

/** The layout for these parameters; the small trained ones are joined when the optimiser allows it. */
export function layoutOf(parameters: readonly NamedParameter[], joined: boolean): Layout {
  const places = [...parameters.keys()];
  const isTrained = (place: number): boolean => parameters[place]?.value.trained !== false;
  const trainedPlaces = places.filter(isTrained);
  const keptPlaces = places.filter((place) => !isTrained(place));
  const shapesAt = (list: readonly number[]): readonly (readonly number[])[] =>
    list.map((place) => parameters[place]?.value.shape ?? []);
  const trained = groupOf(shapesAt(trainedPlaces), joined);
  const kept = groupOf(shapesAt(keptPlaces), true);
  const pick = <T>(all: readonly T[], list: readonly number[]): readonly T[] => list.map((place) => all[place] as T);
  const merge = <T>(ofTrained: readonly T[], ofKept: readonly T[]): readonly T[] =>
    places.map((place) =>
      isTrained(place) ? (ofTrained[trainedPlaces.indexOf(place)] as T) : (ofKept[keptPlaces.indexOf(place)] as T),
    );
  return {
    trained: trained.size,
    size: trained.size + kept.size,
    pack: (values) => [...trained.pack(pick(values, trainedPlaces)), ...kept.pack(pick(values, keptPlaces))],
    unpack: (packed) => merge(trained.unpack(packed.slice(0, trained.size)), kept.unpack(packed.slice(trained.size))),
    unpackTensors: (packed) =>
      merge(trained.unpackTensors(packed.slice(0, trained.size)), kept.unpackTensors(packed.slice(trained.size))),
    trainedOf: (all) => pick(all, trainedPlaces),
    keptOf: (all) => pick(all, keptPlaces),
    packTrained: trained.packTensors,
    packKept: kept.packTensors,
  };
}

interface Group {
  readonly size: number;
  readonly pack: (values: readonly TensorData[]) => readonly TensorData[];
  readonly unpack: (packed: readonly TensorData[]) => readonly TensorData[];
  readonly unpackTensors: (packed: readonly Tensor[]) => readonly Tensor[];
  readonly packTensors: (tensors: readonly Tensor[]) => readonly Tensor[];
}

/**
 * Parameters of at least this many elements stay by themselves: there two more copies cost more than the operators
 * of their own update, and the update of one after another finds its numbers in the cache.
 */
const large = 2 ** 15;

function groupOf(shapes: readonly (readonly number[])[], joined: boolean): Group {
  const small = shapes.filter((shape) => sizeOf(shape) < large);
  if (!joined || small.length < 2) {
    const same = <T>(list: readonly T[]): readonly T[] => list;
    return { size: shapes.length, pack: same, unpack: same, unpackTensors: same, packTensors: same };
  }
  const vector = vectorOf(small);
  if (small.length === shapes.length) return vector;
  const isSmall = shapes.map((shape) => sizeOf(shape) < large);
  const part = <T>(all: readonly T[], wanted: boolean): readonly T[] => all.filter((_, i) => isSmall[i] === wanted);
  const merge = <T>(smallOnes: readonly T[], largeOnes: readonly T[]): readonly T[] => {
    const [one, other] = [smallOnes.values(), largeOnes.values()];
    return isSmall.map((own) => (own ? one : other).next().value as T);
  };
  return {
    size: 1 + shapes.length - small.length,
    pack: (values) => [...vector.pack(part(values, true)), ...part(values, false)],
    unpack: ([joint, ...rest]) => merge(vector.unpack([joint as TensorData]), rest),
    unpackTensors: ([joint, ...rest]) => merge(vector.unpackTensors([joint as Tensor]), rest),
    packTensors: (tensors) => [...vector.packTensors(part(tensors, true)), ...part(tensors, false)],
  };
}

function vectorOf(shapes: readonly (readonly number[])[]): Group {
  const sizes = shapes.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return {
    size: 1,
    pack(values) {
      const data = new Float32Array(total);
      for (const [i, value] of values.entries()) data.set(value.data as Float32Array, entryOf(offsets, i));
      return [{ data, shape: [total] }];
    },
    unpack([vector]) {
      const data = vector?.data as Float32Array;
      return shapes.map((shape, i) => {
        const start = entryOf(offsets, i);
        return { data: data.slice(start, start + entryOf(sizes, i)), shape };
      });
    },
    unpackTensors: ([vector]) =>
      split(vector as Tensor, sizes, 0).map((part, i) =>
        shapes[i]?.length === 1 ? part : reshape(part, shapes[i] as readonly number[]),
      ),
    packTensors: (tensors) => [
      concat(
        tensors.map((tensor) => (tensor.shape.length === 1 ? tensor : reshape(tensor, [-1]))),
        0,
      ),
    ],
  };
}
