// Checks of what a layer with named inputs was given: a misspelt name would else be an input left out.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { formatShape } from "../shape.ts";
import type { LayerInput } from "./layer.ts";

/**
 * Throws `training-data-invalid` for names that `layer` does not take, and where one that it `needs` is missing. A
 * single tensor, or shape, is no named input.
 */
export function checkInputNames(
  layer: string,
  given: LayerInput | object,
  needs: readonly string[],
  takes: readonly string[] = [],
): void {
  if (Array.isArray(given) || "node" in given) return;
  const names = Object.keys(given);
  const known = [...needs, ...takes];
  const unknown = names.find((name) => !known.includes(name));
  const missing = needs.find((name) => !names.includes(name));
  if (unknown === undefined && missing === undefined) return;
  const what = unknown === undefined ? `no input ${missing}` : `an input ${JSON.stringify(unknown)}`;
  throw new NnError(
    "training-data-invalid",
    `${layer}: it was given ${what}; its inputs by name are ${known.join(", ")}.`,
    unknown === undefined ? "Give the input that is missing." : "Name the inputs as the layer does, or leave it out.",
  );
}

/** Throws `shape-mismatch` unless the mask is [batch, time] like `x`; sizes that are not known fit any. */
export function checkMask(layer: string, x: Tensor, mask: Tensor | undefined): void {
  if (mask === undefined) return;
  const fits = mask.shape.length === 2 && mask.shape.every((size, i) => knownAlike(size, x.shape[i]));
  if (fits) return;
  throw new NnError(
    "shape-mismatch",
    `${layer}: the mask has shape ${formatShape(mask.shape)} for sequences ${formatShape(x.shape)}.`,
    "Give a mask [batch, time] with one entry for each step.",
  );
}

const knownAlike = (a: number | string, b: number | string | undefined): boolean =>
  a === b || typeof a === "string" || typeof b === "string";
