// What tests of networks that other tools exported compare: scores, their distance, the share of right classes.
import type { Graph, TensorData } from "../src/index.ts";
import { createSession } from "../src/index.ts";

/** The output "scores" of a network for its input "x". */
export async function scoresOf(graph: Graph | Uint8Array, x: TensorData): Promise<TensorData> {
  const session = await createSession(graph);
  const { scores } = await session.run({ x });
  await session.close();
  return scores as TensorData;
}

/** The largest distance between numbers at the same place. */
export function furthest(a: Iterable<unknown>, b: readonly number[]): number {
  const values = [...a].map(Number);
  return Math.max(...b.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN))));
}
