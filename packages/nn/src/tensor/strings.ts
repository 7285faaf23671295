// Strings in a graph: joined element by element, and split into pieces.
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";

/** `a` followed by `b`, element by element, with broadcasting. */
export function stringConcat(a: Tensor, b: Tensor): Tensor {
  return apply("StringConcat", [a, b]);
}

/**
 * The words of each element, as ONNX's StringSplit without a delimiter finds them: between runs of spaces, outer ones
 * dropped. Shape [..., pieces]: as many as the element with the most has, "" behind the others' last. After `most`
 * splits the rest stays one piece.
 */
export function splitWords(x: Tensor, most: number): Tensor {
  return applyAll("StringSplit", [x], { delimiter: "", maxsplit: most }, 2)[0]!;
}
