// What Resize makes of each axis: its size before and after, and the scale by which coordinates are mapped.
import { NnError } from "../errors.ts";
import type { Dim } from "../shape.ts";
import { entryOf, formatShape, normalizeAxis } from "../shape.ts";
import type { Application } from "./spec.ts";
import { intsAttribute, knownNumbers, knownShape, required } from "./spec.ts";

export interface ResizedAxis {
  readonly axis: number;
  readonly from: Dim;
  readonly to: Dim;
  /** Output over input, in float32 as the runtime has it; undefined where a size is a name. */
  readonly scale: number | undefined;
}

/** The axes that are resized, by scales (input 2) or sizes (input 3), which keep_aspect_ratio_policy may bring to one scale. */
export function resizedAxes(application: Application): readonly ResizedAxis[] {
  const { attributes, inputs, op } = application;
  const { shape } = required(application, 0);
  const axes = (intsAttribute(attributes, "axes") ?? [...shape.keys()]).map((axis) =>
    normalizeAxis(axis, shape.length, op),
  );
  const sized = inputs[3] !== undefined;
  const values = sized ? knownShape(application, 3) : knownNumbers(application, 2);
  if (values.length !== axes.length || values.some((value) => typeof value === "number" && value <= 0)) {
    throw new NnError(
      "attribute-invalid",
      `Resize: [${values.join(", ")}] does not give one positive ${sized ? "size" : "scale"} for each of ${axes.length} axes.`,
      "Give one for each axis.",
    );
  }
  const listed = axes.map((axis, i) => ({ axis, from: entryOf(shape, axis), value: values[i] ?? 1 }));
  if (!sized) {
    return listed.map(({ axis, from, value }) => {
      // Scales are numbers: knownNumbers gives no names.
      const scale = Number(value);
      const to = typeof from === "number" ? Math.floor(Math.fround(from * scale)) : scaledName(from, scale);
      return { axis, from, to, scale };
    });
  }
  const scaled = listed.map(({ axis, from, value }) => ({
    axis,
    from,
    to: value,
    scale: typeof from === "number" && typeof value === "number" ? Math.fround(value / from) : undefined,
  }));
  const { keep_aspect_ratio_policy: policy = "stretch" } = attributes;
  if (policy === "stretch") return scaled;
  const scales = scaled.map(({ scale }) => scale);
  if ((policy !== "not_larger" && policy !== "not_smaller") || scales.includes(undefined)) {
    throw new NnError(
      "attribute-invalid",
      `Resize: the sizes that keep_aspect_ratio_policy ${JSON.stringify(policy)} gives ${formatShape(shape)} are not known.`,
      "Use stretch, not_larger or not_smaller, the latter two on images of known sizes.",
    );
  }
  const scale = (policy === "not_larger" ? Math.min : Math.max)(...(scales as number[]));
  return scaled.map(({ axis, from }) => ({ axis, from, to: Math.round(Math.fround(scale * Number(from))), scale }));
}

const scaledName = (from: string, scale: number): Dim => (scale === 1 ? from : `floor(${scale}*${from})`);
