// Loaded models, the least recently used closed first; each scores what gathered while it was scoring.
import { ApiError, type Outcome, type Row } from "@lepta/api";
import { type Batcher, batcher, type Reservation } from "./batcher.ts";
import type { ServedModel } from "./served-model.ts";

export interface ScorerPool {
  /**
   * Loads the version's model where it is not loaded, and keeps it open until the lease is released. What it throws, a
   * later call tries again.
   */
  load(organisationId: string, versionId: string): Promise<Lease>;
  readonly waiting: number;
  /** Closes every model once its leases are released and its last run has ended. */
  close(): Promise<void>;
}

export interface Lease {
  readonly model: LoadedModel;
  /** To be called when done with the model, whatever came of it; again does nothing. */
  release(): void;
}

export interface LoadedModel extends Omit<ServedModel, "score" | "close"> {
  /** Places for a whole request's rows, each then scored together with whatever else waits. @throws ApiError overloaded */
  reserve(count: number): Reservation<Row, Outcome>;
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
  /** Told of a model that could not be closed. */
  onCloseFailure?(error: unknown, versionId: string): void;
}

/** Rows in one run: from here on more rows a run cost the same a row. */
const cap = 64;
/** Rows that are scored though they could not go on yet: a run of them costs a tenth a row of a run of one. */
const enough = 16;

interface Entry {
  loading: Promise<LoadedModel>;
  batches: Batcher<Row, Outcome> | undefined;
  /** Leases that are out. */
  users: number;
  /** Told when the last lease comes back. */
  onUnused(): void;
  close(): Promise<void>;
}

export function scorerPool({ open, maxLoaded = 16, onRun, busy, onCloseFailure }: ScorerPoolOptions): ScorerPool {
  // A map keeps the order of insertion: taking out and putting in again makes an entry the newest.
  const entries = new Map<string, Entry>();
  /** Taken out of the pool, with the end of their closing. */
  const closing = new Map<Entry, Promise<void>>();

  function start(key: string, organisationId: string, versionId: string): Entry {
    const opening = open(organisationId, versionId);
    // A model that is of no more use: the next call opens it anew.
    const forget = (): void => {
      if (entries.get(key) !== entry) return;
      entries.delete(key);
      retire(entry);
    };
    const entry: Entry = {
      batches: undefined,
      users: 0,
      onUnused: () => undefined,
      loading: opening.then((model) => {
        const score = async (rows: Row[]): Promise<Outcome[]> => {
          try {
            return await model.score(rows);
          } catch (error) {
            if (error instanceof ApiError && error.code === "model-failed") forget();
            throw error;
          }
        };
        const batches = batcher(score, {
          cap,
          ...(onRun ? { onRun } : {}),
          ...(busy ? { hold: { until: () => busy(organisationId), enough } } : {}),
        });
        entry.batches = batches;
        // Spelt out: what comes of a class's instance does not spread.
        const { versionId, outcome, inputs } = model;
        const validate = (row: unknown) => model.validate(row);
        const reserve = (count: number) => batches.reserve(count);
        return { versionId, outcome, inputs, validate, reserve };
      }),
      async close() {
        const model = await opening.catch(() => undefined);
        if (entry.users > 0) await new Promise<void>((resolve) => (entry.onUnused = resolve));
        await entry.batches?.idle();
        await model?.close().catch((error) => onCloseFailure?.(error, versionId));
      },
    };
    entry.loading.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry;
  }

  function retire(entry: Entry): void {
    closing.set(
      entry,
      entry.close().finally(() => closing.delete(entry)),
    );
  }

  function leave(entry: Entry): void {
    entry.users -= 1;
    if (entry.users === 0) entry.onUnused();
  }

  return {
    async load(organisationId, versionId) {
      const key = `${organisationId}/${versionId}`;
      const known = entries.get(key);
      if (known) entries.delete(key);
      const entry = known ?? start(key, organisationId, versionId);
      entries.set(key, entry);
      entry.users += 1;
      for (const [oldest, old] of entries) {
        if (entries.size <= maxLoaded) break;
        entries.delete(oldest);
        retire(old);
      }
      try {
        const model = await entry.loading;
        let held = true;
        const release = () => {
          if (held) leave(entry);
          held = false;
        };
        return { model, release };
      } catch (error) {
        leave(entry);
        throw error;
      }
    },
    get waiting() {
      let sum = 0;
      for (const entry of [...entries.values(), ...closing.keys()]) sum += entry.batches?.waiting ?? 0;
      return sum;
    },
    async close() {
      for (const entry of entries.values()) retire(entry);
      entries.clear();
      await Promise.all(closing.values());
    },
  };
}
