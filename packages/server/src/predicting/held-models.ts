// The models of one request, loaded and kept until its answer is stored, with room in their queues.
import type { Outcome, Row } from "@lepta/api";
import type { Reservation } from "../serving/batcher.ts";
import type { Lease, LoadedModel, ScorerPool } from "../serving/scorer-pool.ts";
import type { Planned } from "./predict-request.ts";

export interface HeldModels {
  of(one: Planned): LoadedModel;
  /** Room for every row in its model's queue, or none. @throws ApiError overloaded */
  reserve(): void;
  /** Outcomes in the order of the rows, in the places of `reserve`. */
  score(): Promise<Outcome[]>;
  release(): void;
}

/** @throws ApiError version-not-found, and what opening a model throws; then nothing is held */
export async function holdModels(
  scorers: ScorerPool,
  organisationId: string,
  planned: readonly Planned[],
): Promise<HeldModels> {
  const leases = new Map<string, Lease>();
  const places = new Map<string, Reservation<Row, Outcome>>();
  const held: HeldModels = {
    of: ({ chosen }) => leases.get(chosen.model.id)!.model,
    reserve() {
      for (const [id, { model }] of leases)
        places.set(id, model.reserve(planned.filter(({ chosen }) => chosen.model.id === id).length));
    },
    score: () => Promise.all(planned.map(({ request, chosen }) => places.get(chosen.model.id)!.add(request.row))),
    release() {
      for (const place of places.values()) place.release();
      for (const lease of leases.values()) lease.release();
    },
  };
  try {
    for (const { chosen } of planned) {
      if (!leases.has(chosen.model.id))
        leases.set(chosen.model.id, await scorers.load(organisationId, chosen.model.id));
    }
  } catch (error) {
    held.release();
    throw error;
  }
  return held;
}
