// The pool: one load a version, batches, eviction that waits for its last batch, failed loads tried again.
import { ApiError, type Outcome, type Row } from "@lepta/api";
import { describe, expect, test } from "vitest";
import { type ScorerPool, scorerPool } from "./scorer-pool.ts";
import type { ServedModel } from "./served-model.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

function fakes() {
  const events: string[] = [];
  const open = async (_: string, versionId: string): Promise<ServedModel> => {
    events.push(`open ${versionId}`);
    await tick();
    if (versionId.startsWith("broken")) throw new Error("cannot be read");
    let closed = false;
    return {
      versionId,
      outcome: { kind: "number" },
      inputs: [],
      validate: () => [],
      async score(rows: Row[]) {
        events.push(`score ${versionId} ${rows.length}`);
        await tick();
        await tick();
        if (closed) throw new Error("closed while scoring");
        return rows.map(({ x }): Outcome => ({ kind: "number", value: Number(x) }));
      },
      async close() {
        closed = true;
        events.push(`close ${versionId}`);
      },
    };
  };
  return { events, open };
}

const numberOf = (outcome: Outcome): number => (outcome.kind === "number" ? outcome.value : Number.NaN);

async function scoreOnce(pool: ScorerPool, version: string, x: number): Promise<number> {
  const { model, release } = await pool.load("o", version);
  try {
    return numberOf(await model.reserve(1).add({ x }));
  } finally {
    release();
  }
}

const load = async (pool: ScorerPool, version: string) => (await pool.load("o", version)).release();

describe("scorer pool", () => {
  test("loads once for all who ask at once, and scores them together", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    const values = await Promise.all([1, 2, 3].map((x) => scoreOnce(pool, "v", x)));
    expect(values).toEqual([1, 2, 3]);
    expect(events).toEqual(["open v", "score v 3"]);
    await pool.close();
    expect(events.at(-1)).toBe("close v");
  });

  test("closes the least recently used, after its last batch", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open, maxLoaded: 2 });
    await load(pool, "a");
    await load(pool, "b");
    const inFlight = scoreOnce(pool, "a", 7);
    await load(pool, "c");
    await load(pool, "d");
    expect(await inFlight).toBe(7);
    for (let i = 0; i < 10; i++) await tick();
    expect(events.filter((event) => event.startsWith("close"))).toEqual(["close b", "close a"]);
    await load(pool, "b");
    expect(events.filter((event) => event === "open b")).toHaveLength(2);
    await pool.close();
  });

  test("a model that is held is closed when the last lease comes back, however many more are loaded", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open, maxLoaded: 1 });
    const [a, again, b] = [await pool.load("o", "a"), await pool.load("o", "a"), await pool.load("o", "b")];
    for (let i = 0; i < 10; i++) await tick();
    expect(numberOf(await a.model.reserve(1).add({ x: 1 }))).toBe(1);
    a.release();
    a.release();
    for (let i = 0; i < 10; i++) await tick();
    expect(numberOf(await again.model.reserve(1).add({ x: 2 }))).toBe(2);
    expect(events).not.toContain("close a");
    again.release();
    const closed = pool.close();
    for (let i = 0; i < 10; i++) await tick();
    expect(events).toContain("close a");
    expect(events).not.toContain("close b");
    b.release();
    await closed;
    expect(events).toContain("close b");
  });

  test("a model that cannot be closed is told, and the others are closed", async () => {
    const { events, open } = fakes();
    const failures: unknown[] = [];
    const pool = scorerPool({
      open: async (organisationId, version) => {
        const model = await open(organisationId, version);
        if (version !== "stuck") return model;
        const close = async () => {
          throw new Error("stuck");
        };
        return { ...model, close };
      },
      maxLoaded: 1,
      onCloseFailure: (error, version) => failures.push([(error as Error).message, version]),
    });
    await load(pool, "stuck");
    await load(pool, "b");
    await pool.close();
    expect(failures).toEqual([["stuck", "stuck"]]);
    expect(events).toContain("close b");
  });

  test("a load that failed is tried again", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    await expect(pool.load("o", "broken")).rejects.toThrow("cannot be read");
    await expect(pool.load("o", "broken")).rejects.toThrow("cannot be read");
    expect(events).toEqual(["open broken", "open broken"]);
    await pool.close();
  });

  test("a model whose process has ended is closed and opened anew for the next request", async () => {
    const { events, open } = fakes();
    let fails = true;
    const pool = scorerPool({
      open: async (organisationId, version) => {
        const model = await open(organisationId, version);
        const score = async (rows: Row[]) => {
          if (fails) throw new ApiError("model-failed", "ended", { fix: "Try again." });
          return model.score(rows);
        };
        return { ...model, score };
      },
    });
    await expect(scoreOnce(pool, "v", 1)).rejects.toMatchObject({ code: "model-failed" });
    for (let i = 0; i < 10; i++) await tick();
    fails = false;
    expect(await scoreOnce(pool, "v", 2)).toBe(2);
    expect(events).toEqual(["open v", "close v", "open v", "score v 1"]);
    await pool.close();
  });

  test("an organisation's model is not another's", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    await Promise.all([pool.load("one", "v"), pool.load("two", "v")]);
    expect(events).toEqual(["open v", "open v"]);
  });
});
