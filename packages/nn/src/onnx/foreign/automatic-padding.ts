// The padding of auto_pad and output_shape written out as pads, in files of other exporters.
import type { NnError } from "../../errors.ts";
import { intsAttribute } from "../../graph/spec.ts";
import { entryOf, formatShape } from "../../shape.ts";
import type { ForeignNode } from "./node.ts";
import { refuse as refuseNode } from "./node.ts";

/**
 * The node with `pads` in place of `auto_pad` and `output_shape`. SAME with a stride needs the sizes of the spatial
 * axes; with stride 1, and in a transposed convolution, the padding does not depend on them.
 */
export function withPads(node: ForeignNode): { readonly node: ForeignNode } {
  const { auto_pad: automatic = "NOTSET", output_shape: _, ...attributes } = node.attributes;
  const wanted = intsAttribute(node.attributes, "output_shape");
  const transposed = node.op === "ConvTranspose";
  if (wanted === undefined && !(automatic === "SAME_UPPER" || automatic === "SAME_LOWER")) {
    // Any other value is refused with the operator. VALID is no padding, whatever pads say.
    const { pads: _pads, ...unpadded } = attributes;
    if (automatic === "VALID") return { node: { ...node, attributes: unpadded } };
    return { node: automatic === "NOTSET" ? { ...node, attributes } : node };
  }
  const spatial = node.inputs[0]?.shape.slice(2) ?? [];
  const kernel =
    intsAttribute(attributes, "kernel_shape") ?? node.inputs[1]?.shape.slice(2).map(Number) ?? spatial.map(() => 1);
  const [strides, dilations, extra] = ["strides", "dilations", "output_padding"].map((name) =>
    intsAttribute(attributes, name),
  );
  const totals = spatial.map((dim, i) => {
    const stride = strides?.[i] ?? 1;
    const reach = (dilations?.[i] ?? 1) * (entryOf(kernel, i) - 1) + 1;
    const full = reach + (extra?.[i] ?? 0);
    if (transposed && wanted === undefined) return full - stride;
    if (!transposed && stride === 1) return reach - 1;
    if (typeof dim !== "number") throw refuse(node, `the sizes of ${formatShape(spatial)} are not known`);
    if (transposed) return (dim - 1) * stride + full - (wanted?.[i - spatial.length + (wanted?.length ?? 0)] ?? 0);
    return (Math.ceil(dim / stride) - 1) * stride + reach - dim;
  });
  const lacking = totals.some((total) => total < 0);
  if (lacking && wanted !== undefined) throw refuse(node, `output_shape [${wanted}] is larger than what it computes`);
  const paddings = totals.map((total) => Math.max(0, total));
  // The odd one stands behind for SAME_UPPER, in front otherwise.
  const before = paddings.map((total) => (automatic === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2)));
  const after = paddings.map((total, i) => total - entryOf(before, i));
  return { node: { ...node, attributes: { ...attributes, pads: [...before, ...after] } } };
}

function refuse(node: ForeignNode, why: string): NnError {
  return refuseNode(
    node,
    `its padding depends on sizes, and ${why}`,
    "Export the model with fixed sizes, or with the padding written out as pads.",
  );
}
