// The reference that a bundle's manifest carries: how each feature was distributed in the training rows.
import { type Cell, type ColumnReading, cellReader } from "@lepta/data";
import { z } from "zod";

const share = z.number().min(0).max(1);
/** Its fields were checked when the bundle was read. */
const reading = z.looseObject({ type: z.string(), missing: z.array(z.string()) });

export const featureReference = z.discriminatedUnion("kind", [
  z.looseObject({
    name: z.string(),
    kind: z.literal("number"),
    /** Inner edges, ascending; bin i holds edges[i - 1] ≤ value < edges[i]. */
    edges: z.array(z.number()),
    shares: z.array(share),
    missing: share,
  }),
  z.looseObject({
    name: z.string(),
    kind: z.literal("category"),
    categories: z.array(z.string()),
    shares: z.array(share),
    other: share,
    missing: share,
  }),
]);
export type FeatureReference = z.infer<typeof featureReference>;

/** The manifest's references; none where the manifest has no profile that we know. */
export function referencesOf(manifest: Record<string, unknown>): FeatureReference[] {
  const profile = z.safeParse(z.array(featureReference), manifest.profile);
  return profile.success ? profile.data : [];
}

/** Rows behind the references' shares; infinite where the manifest does not say. */
export function referenceRows(manifest: Record<string, unknown>): number {
  const about = z.safeParse(z.looseObject({ rows: z.int().positive() }), manifest.trainedOn);
  return about.success ? about.data.rows : Number.POSITIVE_INFINITY;
}

/** Expected shares: the bins, then (categories) all others, then missing. */
export function expectedShares(reference: FeatureReference): number[] {
  return reference.kind === "number"
    ? [...reference.shares, reference.missing]
    : [...reference.shares, reference.other, reference.missing];
}

/** Reads stored raw values as the model did. */
export function cellsOf(manifest: Record<string, unknown>): (name: string, raw: unknown) => Cell {
  const inputs = z.safeParse(z.array(z.looseObject({ name: z.string(), reading })), manifest.inputs);
  const readers = new Map(
    inputs.success ? inputs.data.map((input) => [input.name, cellReader(input.reading as ColumnReading)] as const) : [],
  );
  return (name, raw) => {
    const reader = readers.get(name);
    if (reader !== undefined) return reader(raw);
    return typeof raw === "number" || typeof raw === "string" ? raw : null;
  };
}

/** The bin of a value as the model reads it, in the order of `expectedShares`. */
export function binOf(reference: FeatureReference, value: Cell): number {
  if (reference.kind === "category") {
    const { categories } = reference;
    if (value === null || value === undefined || value === "") return categories.length + 1;
    const index = categories.indexOf(String(value));
    return index < 0 ? categories.length : index;
  }
  const number = Number(value ?? Number.NaN);
  if (Number.isNaN(number)) return reference.edges.length + 1;
  const above = reference.edges.findIndex((edge) => number < edge);
  return above < 0 ? reference.edges.length : above;
}
