// The pool: one load a version, batches, eviction that waits for its last batch, failed loads tried again.
import type { Row } from "@lepta/api";
import { describe, expect, test } from "vitest";
import { scorerPool } from "./scorer-pool.ts";
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
      task: "regression",
      classes: null,
      positive: null,
      threshold: null,
      inputs: [],
      validate: () => [],
      async score(rows: Row[]) {
        events.push(`score ${versionId} ${rows.length}`);
        await tick();
        await tick();
        if (closed) throw new Error("closed while scoring");
        return rows.map((row) => ({
          label: Number(row.x),
          probability: null,
          probabilities: null,
          value: Number(row.x),
        }));
      },
      async close() {
        closed = true;
        events.push(`close ${versionId}`);
      },
    };
  };
  return { events, open };
}

describe("scorer pool", () => {
  test("loads once for all who ask at once, and scores them together", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    const values = await Promise.all(
      [1, 2, 3].map(async (x) => (await (await pool.load("o", "v")).score({ x })).value),
    );
    expect(values).toEqual([1, 2, 3]);
    expect(events).toEqual(["open v", "score v 3"]);
    await pool.close();
    expect(events.at(-1)).toBe("close v");
  });

  test("closes the least recently used, after its last batch", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open, maxLoaded: 2 });
    const a = await pool.load("o", "a");
    await pool.load("o", "b");
    await pool.load("o", "a");
    const inFlight = a.score({ x: 7 });
    await pool.load("o", "c");
    await pool.load("o", "d");
    expect((await inFlight).value).toBe(7);
    for (let i = 0; i < 10; i++) await tick();
    expect(events.filter((event) => event.startsWith("close"))).toEqual(["close b", "close a"]);
    await pool.load("o", "b");
    expect(events.filter((event) => event === "open b")).toHaveLength(2);
  });

  test("a load that failed is tried again", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    await expect(pool.load("o", "broken")).rejects.toThrow("cannot be read");
    await expect(pool.load("o", "broken")).rejects.toThrow("cannot be read");
    expect(events).toEqual(["open broken", "open broken"]);
    await pool.close();
  });

  test("an organisation's model is not another's", async () => {
    const { events, open } = fakes();
    const pool = scorerPool({ open });
    await Promise.all([pool.load("one", "v"), pool.load("two", "v")]);
    expect(events).toEqual(["open v", "open v"]);
  });
});
