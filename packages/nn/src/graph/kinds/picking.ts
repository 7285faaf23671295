import { numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape, normalizeAxis, sameShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { intAttribute, knownNumbers, oneType, required, takes } from "../spec.ts";
import { indexTypes, int64, spec } from "./spec.ts";

export const pickingOps: Readonly<Record<string, OpSpec>> = {
  Gather: spec(
    [2, 2],
    (a) => {
      takes(a, indexTypes, 1);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype, shape: [...shape.slice(0, axis), ...required(a, 1).shape, ...shape.slice(axis + 1)] }];
    },
    { axis: "int" },
  ),
  GatherElements: spec(
    [2, 2],
    (a) => {
      takes(a, indexTypes, 1);
      const { dtype, shape } = required(a, 0);
      normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype, shape: required(a, 1).shape }];
    },
    { axis: "int" },
  ),
  GatherND: spec(
    [2, 2],
    (a) => {
      takes(a, int64, 1);
      const { dtype, shape } = required(a, 0);
      const indices = required(a, 1).shape;
      const skipped = intAttribute(a.attributes, "batch_dims", 0);
      const depth = indices[indices.length - 1];
      if (typeof depth !== "number" || depth + skipped > shape.length) {
        throw new NnError(
          "shape-mismatch",
          `GatherND: indices ${formatShape(indices)} do not fit ${formatShape(shape)}.`,
          "Make the last size of the indices the number of axes that they index.",
        );
      }
      return [{ dtype, shape: [...indices.slice(0, -1), ...shape.slice(skipped + depth)] }];
    },
    { batch_dims: "int" },
  ),
  ScatterElements: spec(
    [3, 3],
    (a) => {
      takes(a, indexTypes, 1);
      const { shape } = required(a, 0);
      if (!sameShape(required(a, 1).shape, required(a, 2).shape)) {
        throw new NnError(
          "shape-mismatch",
          `ScatterElements: indices ${formatShape(required(a, 1).shape)} and updates ${formatShape(required(a, 2).shape)} differ.`,
          "Give one update for each index.",
        );
      }
      return [{ dtype: oneType(a, 0, 2), shape }];
    },
    { axis: "int", reduction: "string" },
  ),
  ScatterND: spec(
    [3, 3],
    (a) => {
      takes(a, int64, 1);
      return [{ dtype: oneType(a, 0, 2), shape: required(a, 0).shape }];
    },
    { reduction: "string" },
  ),
  TopK: spec(
    [2, 2],
    (a) => {
      takes(a, numericTypes, 0);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      const count = knownNumbers(a, 1)[0] ?? 1;
      const kept = shape.map((dim, i) => (i === axis ? count : dim));
      return [
        { dtype, shape: kept },
        { dtype: "int64", shape: kept },
      ];
    },
    { axis: "int", largest: "int", sorted: "int" },
  ),
  OneHot: spec(
    [3, 3],
    (a) => {
      const { shape } = required(a, 0);
      const [depth] = knownNumbers(a, 1);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length + 1, a.op);
      return [
        { dtype: required(a, 2).dtype, shape: [...shape.slice(0, axis), Number(depth ?? 0), ...shape.slice(axis)] },
      ];
    },
    { axis: "int" },
  ),
};
