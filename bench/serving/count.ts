// What the store holds after the run: every answer must have its prediction and its usage event.
import { openStore } from "@lepta/server";

export interface Counts {
  predictions: number;
  usageEvents: number;
}

export async function count(dir: string, databaseUrl: string | undefined, organisationId: string): Promise<Counts> {
  const store = await openStore({ dir, databaseUrl });
  try {
    const [counts] = await store.owner.together([
      {
        sql: `select (select count(*)::int from lepta.predictions where organisation_id = $1::uuid) as predictions,
                (select coalesce(sum(quantity), 0)::int from lepta.usage_events where organisation_id = $1::uuid)
                  as "usageEvents"`,
        params: [organisationId],
      },
    ]);
    return counts as unknown as Counts;
  } finally {
    await store.close();
  }
}
