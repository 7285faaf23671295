// The gradient of Resize: along every axis the transpose of its interpolation, a matrix of known numbers (linear, cubic) or
// of the elements that the runtime chooses (nearest).
import { type DType, numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Attributes, Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import { cast, expand, int64s, matMul, reshape, transpose } from "../graph/operators.ts";
import { type ResizedAxis, resizedAxes } from "../graph/resize-axes.ts";
import { knownSizes } from "./formulations/formulation.ts";
import type { Rule } from "./rule.ts";

const { fround } = Math;

/** Where output `place` lies on the input's axis, in float32 as the runtime calculates it. */
function coordinate(mode: string, place: number, scale: number, from: number, to: number): number {
  const centre = fround(fround(place + 0.5) / scale);
  const halfPixel = fround(centre - 0.5);
  switch (mode) {
    case "asymmetric":
      return fround(place / scale);
    case "align_corners":
      return to === 1 ? 0 : fround(fround(place * (from - 1)) / (to - 1));
    case "pytorch_half_pixel":
      return to > 1 ? halfPixel : 0;
    case "half_pixel":
      return halfPixel;
    case "half_pixel_symmetric": {
      const offset = fround((from / 2) * fround(1 - fround(to / fround(scale * from))));
      return fround(fround(offset + centre) - 0.5);
    }
    case "tf_half_pixel_for_nn":
      return centre;
    default:
      throw refuse(`coordinate_transformation_mode ${mode}`);
  }
}

function refuse(what: string): NnError {
  return new NnError(
    "no-gradient",
    `The gradient of Resize with ${what} is not known.`,
    "Use nearest, linear or cubic without antialias, with other coordinates than tf_crop_and_resize.",
  );
}

/** An element of the input and its weight. */
type Tap = readonly [source: number, weight: number];

/** Cubic convolution (Keys 1981) of the four elements around `where`. */
function cubic(where: number, size: number, attributes: Attributes): readonly Tap[] {
  const { cubic_coeff_a: given, exclude_outside: inside } = attributes;
  const a = typeof given === "number" ? given : -0.75;
  const low = Math.floor(where);
  const weight = (distance: number): number =>
    distance <= 1
      ? ((a + 2) * distance - (a + 3)) * distance ** 2 + 1
      : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  const taps = [-1, 0, 1, 2].map((shift): Tap => [low + shift, weight(Math.abs(where - low - shift))]);
  if (inside !== 1) return taps;
  const kept = taps.filter(([source]) => source >= 0 && source < size);
  const sum = kept.reduce((total, [, own]) => total + own, 0);
  return kept.map(([source, own]): Tap => [source, own / sum]);
}

function linear(where: number, size: number): readonly Tap[] {
  const inside = Math.min(Math.max(where, 0), size - 1);
  const low = Math.floor(inside);
  return [
    [low, 1 - (inside - low)],
    [low + 1, inside - low],
  ];
}

/** The interpolation along one axis as a matrix [to, from]; what lies outside is the element at the edge. */
function interpolation(from: number, to: number, at: (place: number) => readonly Tap[]): number[] {
  const matrix = new Array<number>(to * from).fill(0);
  for (let place = 0; place < to; place++) {
    for (const [source, weight] of at(place)) {
      const index = place * from + Math.min(Math.max(source, 0), from - 1);
      matrix[index] = (matrix[index] ?? 0) + weight;
    }
  }
  return matrix;
}

/** Multiplies axis `axis` of `x` by a constant matrix [its size, n]. */
function along(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const rank = x.shape.length;
  if (axis === rank - 1) return matMul(x, matrix);
  const swap = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return transpose(matMul(transpose(x, swap), matrix), swap);
}

/**
 * Nearest along one axis as a matrix [to, from] of zeros and ones: which elements are chosen is the runtime's to say, for
 * where a coordinate lies at a border its rounding decides. It is asked by resizing the elements' numbers.
 */
function chosen(own: ResizedAxis, axes: readonly ResizedAxis[], { node }: Tensor, dtype: DType): Tensor {
  const { attributes, inputs } = node;
  const rank = inputs[0]?.shape.length ?? 0;
  const stretch = (attributes.keep_aspect_ratio_policy ?? "stretch") === "stretch";
  // A tensor that keeps all its sizes is copied whatever its scales are; a common scale hangs on every axis.
  const moved = axes.filter(({ scale = 1 }) => scale !== 1);
  const kept = new Set((!stretch ? axes : own.from === own.to ? moved : [own]).map(({ axis }) => axis));
  const wanted = (of: (axis: ResizedAxis) => unknown): number[] =>
    axes.map((each) => (kept.has(each.axis) ? Number(of(each)) : 1));
  const sized = inputs[3] !== undefined;
  const scales = sized
    ? undefined
    : constantNode(
        numbersToData(
          wanted(({ scale }) => scale),
          [axes.length],
          "float32",
        ),
      );
  const sizes = !sized ? undefined : stretch ? int64s(wanted(({ to }) => to)) : inputs[3];
  const [from, to] = [Number(own.from), Number(own.to)];
  const numbers = Array.from({ length: from }, (_, i) => i);
  const line = Array.from({ length: rank }, (_, i) => (i === own.axis ? from : 1));
  const shape = line.map((_, i) => (kept.has(i) ? Number(inputs[0]?.shape[i]) : 1));
  const places = expand(constantNode(numbersToData(numbers, line, "float32")), int64s(shape));
  const resized = apply("Resize", [places, undefined, scales, sizes], attributes);
  const others = line.flatMap((_, i) => (i === own.axis ? [] : [i]));
  const along = others.length === 0 ? resized : apply("ReduceMax", [resized, int64s(others)], { keepdims: 0 });
  const columns = constantNode(numbersToData(numbers, [1, from], "float32"));
  return cast(apply("Equal", [reshape(along, int64s([to, 1])), columns]), dtype);
}

export const resize: Rule = ({ inputs, output, gradient }) => {
  const { attributes } = output.node;
  knownSizes(inputs[0] as Tensor, "Resize");
  const text = (name: string, otherwise: string): string => String(attributes[name] ?? otherwise);
  const [mode, coordinates] = [text("mode", "nearest"), text("coordinate_transformation_mode", "half_pixel")];
  const axes = resizedAxes({ op: "Resize", inputs, attributes, outputCount: 1 });
  if (!["nearest", "linear", "cubic"].includes(mode)) throw refuse(`mode ${mode}`);
  if (attributes.antialias === 1 && mode !== "nearest" && axes.some(({ scale = 1 }) => scale < 1)) {
    throw refuse("antialias");
  }
  let g = gradient;
  // What keeps all its sizes is copied, whatever its scales are.
  if (axes.every(({ from, to }) => from === to)) return [g, undefined, undefined, undefined];
  for (const own of axes) {
    const { axis, from, to, scale = 1 } = own;
    if (scale === 1) continue;
    if (mode === "nearest") {
      g = along(g, axis, chosen(own, axes, output, g.dtype));
      continue;
    }
    const [size, wanted] = [Number(from), Number(to)];
    const taps = (place: number): readonly Tap[] => {
      const where = coordinate(coordinates, place, scale, size, wanted);
      return mode === "cubic" ? cubic(where, size, attributes) : linear(where, size);
    };
    g = along(g, axis, constantNode(numbersToData(interpolation(size, wanted, taps), [wanted, size], g.dtype)));
  }
  return [g, undefined, undefined, undefined];
};
