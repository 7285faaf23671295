// The experiment's table for who looks often: counting it reads every prediction of the deployment, so it is counted
// once at a time, and no more often than its own cost allows.
import type { Experiment } from "@lepta/api";
import type { Tenant } from "../db/tenant.ts";
import { readDeployment } from "./deployment.ts";

/** Under this many milliseconds a table is counted anew at each call. */
const cheapMs = 250;
/** A dearer one is kept for so many times as long as its counting took: counting takes at most a twentieth of the time. */
const rest = 20;
/** Most tables that are kept. */
const most = 1_000;

interface Entry {
  answer?: Experiment;
  /** When it was counted, and how long that took: milliseconds. */
  at: number;
  took: number;
  counting?: Promise<Experiment> | undefined;
}

export type ReadExperiment = (tenant: Tenant, product: string) => Promise<Experiment>;

/**
 * @param count counts a table; callers that come meanwhile get the same one
 * @param now milliseconds
 * @returns its answers say in `countedAt` how old they are; a new deployment's is never an old one's
 */
export function experimentCache(count: ReadExperiment, now: () => number = () => performance.now()): ReadExperiment {
  const entries = new Map<string, Entry>();
  return async (tenant, product) => {
    const { id } = await tenant.transaction((tx) => readDeployment(tx, product));
    const entry = entries.get(id) ?? { at: 0, took: 0 };
    entries.delete(id);
    entries.set(id, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= most) break;
      entries.delete(oldest);
    }
    const fresh = entry.took > cheapMs && now() - entry.at < rest * entry.took;
    if (entry.answer !== undefined && (fresh || (entry.counting && entry.took > cheapMs))) return entry.answer;
    entry.counting ??= recount(entry, () => count(tenant, product));
    // A dear one is counted behind the answer that is there; whoever has none waits.
    if (entry.answer !== undefined && entry.took > cheapMs) {
      entry.counting.catch(() => undefined);
      return entry.answer;
    }
    return entry.counting;
  };

  async function recount(entry: Entry, work: () => Promise<Experiment>): Promise<Experiment> {
    const begun = now();
    try {
      const answer = await work();
      Object.assign(entry, { answer, at: now(), took: now() - begun });
      return answer;
    } finally {
      entry.counting = undefined;
    }
  }
}
