// The batcher: what gathers, in which order, and how one item's failure stays its own.
import { describe, expect, test } from "vitest";
import { batcher } from "./batcher.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("batcher", () => {
  test("gathers what arrives in one turn, and what arrives while a run is in flight", async () => {
    const sizes: number[] = [];
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const doubled = batcher(
      async (items: number[]) => {
        if (sizes.length === 1) await gate;
        return items.map((x) => x * 2);
      },
      { cap: 4, onRun: (size) => sizes.push(size) },
    );
    const first = [1, 2].map((x) => doubled.add(x));
    await tick();
    const later = [3, 4, 5, 6, 7].map((x) => doubled.add(x));
    expect(doubled.waiting).toBe(5);
    release();
    expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(sizes).toEqual([2, 4, 1]);
    expect(doubled.waiting).toBe(0);
  });

  test("an item's own error rejects it alone; a thrown error rejects its batch and the next batch runs", async () => {
    const picky = batcher(
      async (items: number[]) => {
        if (items.includes(0)) throw new Error("whole batch");
        return items.map((x) => (x < 0 ? new Error(`bad ${x}`) : x));
      },
      { cap: 2 },
    );
    const settled = await Promise.allSettled([1, -2, 0, 5, 6].map((x) => picky.add(x)));
    expect(settled.map((s) => (s.status === "fulfilled" ? s.value : (s.reason as Error).message))).toEqual([
      1,
      "bad -2",
      "whole batch",
      "whole batch",
      6,
    ]);
  });

  test("refuses what is over its queue limit", async () => {
    const small = batcher(async (items: number[]) => items, { cap: 1, queueLimit: 2 });
    const results = await Promise.allSettled([1, 2, 3].map((x) => small.add(x)));
    expect(results.map((r) => r.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(results[2]).toMatchObject({ reason: { code: "overloaded", status: 503, retryAfterSeconds: 1 } });
  });

  test("reserved places are kept for their request, and given back", async () => {
    const small = batcher(async (items: number[]) => items, { cap: 10, queueLimit: 4 });
    const three = small.reserve(3);
    expect(() => small.reserve(2)).toThrow("3 rows wait already");
    const one = small.add(1);
    await expect(small.add(2)).rejects.toMatchObject({ code: "overloaded" });
    const taken = [3, 4].map((x) => three.add(x));
    three.release();
    three.release();
    const last = small.add(5);
    await expect(small.add(6)).rejects.toMatchObject({ code: "overloaded" });
    expect(await Promise.all([one, ...taken, last])).toEqual([1, 3, 4, 5]);
    small.reserve(4).release();
  });

  test("idle resolves when the last run has ended", async () => {
    const done: number[] = [];
    const slow = batcher(
      async (items: number[]) => {
        await tick();
        done.push(...items);
        return items;
      },
      { cap: 2 },
    );
    await slow.idle();
    void slow.add(1);
    void slow.add(2);
    void slow.add(3);
    await slow.idle();
    expect(done).toEqual([1, 2, 3]);
  });

  test("holds items back until what they would wait for is over, or enough are there", async () => {
    const sizes: number[] = [];
    let release = () => {};
    let blocked: Promise<void> | undefined = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = batcher(async (items: number[]) => items, {
      cap: 10,
      onRun: (size) => sizes.push(size),
      hold: { until: () => blocked, enough: 3 },
    });
    const few = [1, 2].map((x) => held.add(x));
    await tick();
    await tick();
    expect(sizes).toEqual([]);
    const third = held.add(3);
    await Promise.all([...few, third]);
    expect(sizes).toEqual([3]);
    const one = held.add(4);
    await tick();
    expect(sizes).toEqual([3]);
    // Held once only, though something else holds by then.
    release();
    blocked = new Promise(() => {});
    await one;
    expect(sizes).toEqual([3, 1]);
    blocked = undefined;
    await held.add(5);
    await held.idle();
    expect(held.current()).toBeUndefined();
  });
});
