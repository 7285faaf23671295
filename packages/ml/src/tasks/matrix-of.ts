// Runs the fitted features on a table.
import { columnBatch, type Table } from "@lepta/data";
import { buildGraph, createSession } from "@lepta/nn";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { Matrix } from "../models/model.ts";

/** The features of the table's rows. Throws `unknown-column` where one is missing. */
export async function matrixOf(features: FeaturePipeline, table: Table, threads: number): Promise<Matrix> {
  const batch = columnBatch(
    table,
    features.inputs.map(({ name }) => name),
  );
  const session = await createSession(buildGraph({ matrix: features.apply(features.placeholders()) }), { threads });
  try {
    const { matrix } = await session.run(batch);
    return { data: matrix!.data as Float32Array, rows: table.rowCount, columns: features.columns.length };
  } finally {
    await session.close();
  }
}
