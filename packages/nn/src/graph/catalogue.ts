// The op catalogue: every ONNX operator that this package builds, as data.
import { NnError } from "../errors.ts";
import { blockedOps } from "./kinds/blocked.ts";
import { convolutionOps } from "./kinds/convolution.ts";
import { elementwiseOps } from "./kinds/elementwise.ts";
import { imageOps } from "./kinds/images.ts";
import { loopOps } from "./kinds/loops.ts";
import { matrixOps } from "./kinds/matrices.ts";
import { normalizationOps } from "./kinds/normalization.ts";
import { pickingOps } from "./kinds/picking.ts";
import { poolingOps } from "./kinds/pooling.ts";
import { quantizedOps } from "./kinds/quantized.ts";
import { recurrentOps } from "./kinds/recurrent.ts";
import { reductionOps } from "./kinds/reductions.ts";
import { shapingOps } from "./kinds/shaping.ts";
import { stringOps } from "./kinds/strings.ts";
import { treeOps } from "./kinds/trees.ts";
import type { OpSpec } from "./spec.ts";

/** The operator set versions that encoded models import. */
export const opsets: Readonly<Record<string, number>> = {
  "": 21,
  "ai.onnx.ml": 4,
  "com.microsoft": 1,
  "com.microsoft.nchwc": 1,
};

export const catalogue: Readonly<Record<string, OpSpec>> = {
  ...elementwiseOps,
  ...shapingOps,
  ...pickingOps,
  ...matrixOps,
  ...reductionOps,
  ...convolutionOps,
  ...blockedOps,
  ...poolingOps,
  ...normalizationOps,
  ...imageOps,
  ...recurrentOps,
  ...quantizedOps,
  ...loopOps,
  ...stringOps,
  ...treeOps,
};

/** The catalogue's entry for `op`; throws `op-unknown`. */
export function opSpec(op: string): OpSpec {
  const found = Object.hasOwn(catalogue, op) ? catalogue[op] : undefined;
  if (found !== undefined) return found;
  throw unknownOperator(`The operator ${op} is not in the catalogue.`);
}

/** The error `op-unknown`; its page lists what is read, and a test keeps that list whole. */
export function unknownOperator(message: string): NnError {
  return new NnError(
    "op-unknown",
    message,
    "Export the model with operators that are read: docs/errors/op-unknown.md lists them and says how to add one.",
  );
}
