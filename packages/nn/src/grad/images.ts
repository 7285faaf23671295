// Gradient rules of resizing and of moves between space and channels.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode, constantNumbers } from "../graph/node.ts";
import { int64s, matMul, reshape, transpose } from "../graph/operators.ts";
import { normalizeAxis } from "../shape.ts";
import { knownSizes } from "./formulation.ts";
import type { Rule } from "./rule.ts";

/** Where output `place` lies on the input's axis, as ONNX defines it. */
function coordinate(mode: string, place: number, scale: number, from: number, to: number): number {
  switch (mode) {
    case "asymmetric":
      return place / scale;
    case "align_corners":
      return to === 1 ? 0 : (place * (from - 1)) / (to - 1);
    case "pytorch_half_pixel":
      return to > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case "half_pixel":
      return (place + 0.5) / scale - 0.5;
    default:
      throw refuse(`coordinate_transformation_mode ${mode}`);
  }
}

function refuse(what: string): NnError {
  return new NnError(
    "no-gradient",
    `The gradient of Resize with ${what} is not known.`,
    "Use nearest or linear with half_pixel, pytorch_half_pixel, align_corners or asymmetric coordinates.",
  );
}

function nearest(mode: string, x: number): number {
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  const half = x - Math.floor(x) === 0.5;
  if (mode === "round_prefer_ceil") return half ? Math.ceil(x) : Math.round(x);
  return half ? Math.floor(x) : Math.round(x);
}

/** The interpolation along one axis as a matrix [to, from]. */
function interpolation(
  from: number,
  to: number,
  at: (place: number) => readonly (readonly [number, number])[],
): number[] {
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

const resize: Rule = (backward) => {
  const [x, , scales, sizes] = backward.inputs as readonly (Tensor | undefined)[];
  const { attributes } = backward.output.node;
  const from = knownSizes(x as Tensor, "Resize");
  const to = knownSizes(backward.output, "Resize");
  const text = (name: string, otherwise: string): string => String(attributes[name] ?? otherwise);
  const mode = text("mode", "nearest");
  if (mode === "cubic") throw refuse("mode cubic");
  if (attributes.antialias === 1) throw refuse("antialias");
  const listed = attributes.axes as readonly number[] | undefined;
  const axes = listed?.map((axis) => normalizeAxis(axis, from.length, "Resize")) ?? [...from.keys()];
  let g = backward.gradient;
  for (const [i, axis] of axes.entries()) {
    const [size, wanted] = [from[axis] ?? 1, to[axis] ?? 1];
    if (size === wanted) continue;
    const scale = sizes === undefined ? (constantNumbers(scales)?.[i] ?? 1) : wanted / size;
    const weights = (place: number): readonly (readonly [number, number])[] => {
      const where = coordinate(text("coordinate_transformation_mode", "half_pixel"), place, scale, size, wanted);
      if (mode === "nearest") return [[nearest(text("nearest_mode", "round_prefer_floor"), where), 1]];
      const inside = Math.min(Math.max(where, 0), size - 1);
      const low = Math.floor(inside);
      return [
        [low, 1 - (inside - low)],
        [low + 1, inside - low],
      ];
    };
    const matrix = constantNode(numbersToData(interpolation(size, wanted, weights), [wanted, size], g.dtype));
    g = along(g, axis, matrix);
  }
  return [g, undefined, undefined, undefined];
};

const depthToSpace: Rule = ({ inputs: [x], output, gradient }) => {
  const { blocksize, mode } = output.node.attributes;
  if (mode !== "CRD") return [apply("SpaceToDepth", [gradient], { blocksize: blocksize as number })];
  const size = blocksize as number;
  const [batch = 1, channels = 1, height = 1, width = 1] = knownSizes(x as Tensor, "DepthToSpace");
  const split = reshape(gradient, int64s([batch, channels / size ** 2, height, size, width, size]));
  return [reshape(transpose(split, [0, 1, 3, 5, 2, 4]), int64s([batch, channels, height, width]))];
};

const spaceToDepth: Rule = ({ output, gradient }) => [
  apply("DepthToSpace", [gradient], { blocksize: output.node.attributes.blocksize as number, mode: "DCR" }),
];

export const imageRules: Readonly<Record<string, Rule>> = {
  Resize: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
