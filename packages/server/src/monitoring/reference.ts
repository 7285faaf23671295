// The reference that a bundle's manifest carries: how each feature was distributed in the training rows.
import { type Cell, type ColumnReading, cellReader } from "@lepta/data";
import { type FeatureProfile, profilesIn } from "@lepta/ml";
import { z } from "zod";

/** Its fields were checked when the bundle was read. */
const reading = z.looseObject({ type: z.string(), missing: z.array(z.string()) });

/** The manifest's references; none where the manifest has no profile that we know. */
export function referencesOf(manifest: Record<string, unknown>): readonly FeatureProfile[] {
  return profilesIn(manifest.profile);
}

/** Rows behind the references' shares; infinite where the manifest does not say. */
export function referenceRows(manifest: Record<string, unknown>): number {
  const about = z.safeParse(z.looseObject({ rows: z.int().positive() }), manifest.trainedOn);
  return about.success ? about.data.rows : Number.POSITIVE_INFINITY;
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
