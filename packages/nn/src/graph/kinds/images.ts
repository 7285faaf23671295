// Catalogue entries that resize images or move between space and channels.
import { floatTypes, numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Dim } from "../../shape.ts";
import { formatShape } from "../../shape.ts";
import { resizedAxes } from "../resize-axes.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, required, takes } from "../spec.ts";
import { spec } from "./spec.ts";

/** [batch, channels, height, width] and the block size. */
function blocks(a: Application): readonly [Dim, Dim, Dim, Dim, number] {
  takes(a, numericTypes);
  const { shape } = required(a, 0);
  const size = intAttribute(a.attributes, "blocksize", 0);
  const [batch, channels, height, width] = shape;
  if (shape.length !== 4 || size < 1) {
    throw new NnError(
      "shape-mismatch",
      `${a.op}: cannot cut ${formatShape(shape)} into blocks of ${size}.`,
      "Give [batch, channels, height, width] and a block size of 1 or more.",
    );
  }
  return [batch ?? 1, channels ?? 1, height ?? 1, width ?? 1, size];
}

function divided(a: Application, dim: Dim, by: number): Dim {
  if (typeof dim === "string") return `${dim}/${by}`;
  if (dim % by === 0) return dim / by;
  throw new NnError("shape-mismatch", `${a.op}: ${dim} is not a multiple of ${by}.`, "Pad or cut the input first.");
}

const times = (dim: Dim, by: number): Dim => (typeof dim === "number" ? dim * by : `${by}*${dim}`);

export const imageOps: Readonly<Record<string, OpSpec>> = {
  DepthToSpace: spec(
    [1, 1],
    (a) => {
      const [batch, channels, height, width, size] = blocks(a);
      const shape = [batch, divided(a, channels, size * size), times(height, size), times(width, size)];
      return [{ dtype: required(a, 0).dtype, shape }];
    },
    { blocksize: "int", mode: "string" },
  ),
  SpaceToDepth: spec(
    [1, 1],
    (a) => {
      const [batch, channels, height, width, size] = blocks(a);
      const shape = [batch, times(channels, size * size), divided(a, height, size), divided(a, width, size)];
      return [{ dtype: required(a, 0).dtype, shape }];
    },
    { blocksize: "int" },
  ),
  /** x, region of interest (not used), scales or sizes: constants. */
  Resize: spec(
    [3, 4],
    (a) => {
      takes(a, floatTypes, 0);
      const { dtype, shape } = required(a, 0);
      const result: Dim[] = [...shape];
      for (const { axis, to } of resizedAxes(a)) result[axis] = to;
      return [{ dtype, shape: result }];
    },
    {
      antialias: "int",
      axes: "ints",
      coordinate_transformation_mode: "string",
      cubic_coeff_a: "float",
      exclude_outside: "int",
      extrapolation_value: "float",
      keep_aspect_ratio_policy: "string",
      mode: "string",
      nearest_mode: "string",
    },
  ),
};
