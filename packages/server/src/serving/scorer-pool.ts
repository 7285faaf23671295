// Loaded models, the least recently used closed first; each scores what gathered while it was scoring.
import type { Row } from "@lepta/api";
import { type Batcher, batcher } from "./batcher.ts";
import type { ServedModel, Verdict } from "./served-model.ts";

export interface ScorerPool {
  /** Loads the version's model where it is not loaded. What it throws, a later call tries again. */
  load(organisationId: string, versionId: string): Promise<LoadedModel>;
  readonly waiting: number;
  /** Closes every model once its last run has ended. */
  close(): Promise<void>;
}

export interface LoadedModel extends Omit<ServedModel, "score" | "close"> {
  /** Scores one checked row together with whatever else waits. */
  score(row: Row): Promise<Verdict>;
}

export interface ScorerPoolOptions {
  open(organisationId: string, versionId: string): Promise<ServedModel>;
  /** Models kept loaded. Default 16. */
  maxLoaded?: number;
  /** Told of each batch's size. */
  onRun?: (size: number) => void;
  /**
   * What an organisation's scored rows wait for: while it lasts, rows gather before they are scored, since they could
   * not go on. undefined: nothing.
   */
  busy?(organisationId: string): Promise<void> | undefined;
}

/** Rows in one run: from here on more rows a run cost the same a row. */
const cap = 64;
/** Rows that are scored though they could not go on yet: a run of them costs a tenth a row of a run of one. */
const enough = 16;

interface Entry {
  loading: Promise<LoadedModel>;
  batches: Batcher<Row, Verdict> | undefined;
  close(): Promise<void>;
}

export function scorerPool({ open, maxLoaded = 16, onRun, busy }: ScorerPoolOptions): ScorerPool {
  // A map keeps the order of insertion: taking out and putting in again makes an entry the newest.
  const entries = new Map<string, Entry>();

  function start(key: string, organisationId: string, versionId: string): Entry {
    const opening = open(organisationId, versionId);
    const entry: Entry = {
      batches: undefined,
      loading: opening.then((model) => {
        const batches = batcher((rows: Row[]) => model.score(rows), {
          cap,
          ...(onRun ? { onRun } : {}),
          ...(busy ? { hold: { until: () => busy(organisationId), enough } } : {}),
        });
        entry.batches = batches;
        // Spelt out: what comes of a class's instance does not spread.
        const { versionId, task, classes, positive, threshold, inputs } = model;
        const validate = (row: unknown) => model.validate(row);
        return { versionId, task, classes, positive, threshold, inputs, validate, score: (row) => batches.add(row) };
      }),
      async close() {
        const model = await opening.catch(() => undefined);
        // A request that holds the model may still add a row: closing waits for the batch after it as well.
        await new Promise((resolve) => setImmediate(resolve));
        await entry.batches?.idle();
        await model?.close();
      },
    };
    entry.loading.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry;
  }

  return {
    load(organisationId, versionId) {
      const key = `${organisationId}/${versionId}`;
      const known = entries.get(key);
      if (known) entries.delete(key);
      const entry = known ?? start(key, organisationId, versionId);
      entries.set(key, entry);
      for (const [oldest, old] of entries) {
        if (entries.size <= maxLoaded) break;
        entries.delete(oldest);
        void old.close();
      }
      return entry.loading;
    },
    get waiting() {
      let sum = 0;
      for (const entry of entries.values()) sum += entry.batches?.waiting ?? 0;
      return sum;
    },
    async close() {
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(all.map((entry) => entry.close()));
    },
  };
}
