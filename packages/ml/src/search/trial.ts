// One trial of a search, as plain data: it can be written down as JSON and resumed from.
import type { Point, Space } from "./space.ts";

export interface Trial<S extends Space = Space> {
  /** Position in the search, from 0. */
  readonly number: number;
  readonly point: Point<S>;
  readonly state: "complete" | "pruned" | "failed";
  /** The objective's value; of a pruned trial the last one that it reported. Absent when failed. */
  readonly value?: number;
  /** Values reported on the way, in order. */
  readonly reports: readonly { readonly step: number; readonly value: number }[];
  readonly seconds: number;
  /** What a failed trial threw. */
  readonly error?: string;
}
