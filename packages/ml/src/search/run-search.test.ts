// The search: better than chance on known functions, repeatable, resumable, pruning what falls behind.

import { rng } from "@lepta/nn";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parzen } from "./parzen.ts";
import { runSearch, type SearchEvent } from "./run-search.ts";
import { checkPoint, choice, float, int, randomPoint } from "./space.ts";
import type { Trial } from "./trial.ts";

const space = {
  rate: float(1e-5, 1, { log: true }),
  width: int(1, 64),
  momentum: float(-2, 2),
  kind: choice(["good", "middling", "bad"]),
};
/** Least (0) at rate 10^-2.5, width 40, momentum 0.7, kind "good". */
function bowl(point: { rate: number; width: number; momentum: number; kind: string }): number {
  const penalty = { good: 0, middling: 0.3, bad: 1 }[point.kind]!;
  return (
    (Math.log10(point.rate) + 2.5) ** 2 / 4 + ((point.width - 40) / 30) ** 2 + (point.momentum - 0.7) ** 2 + penalty
  );
}

describe("runSearch", () => {
  test("TPE beats random search over seeds", async () => {
    const best = async (sampler: "tpe" | "random", seed: number): Promise<number> =>
      (await runSearch({ space, objective: bowl, direction: "minimize", trials: 60, sampler, seed })).best.value;
    const results: [number, number][] = [];
    for (let seed = 0; seed < 30; seed++) results.push([await best("tpe", seed), await best("random", seed)]);
    const wins = results.filter(([tpe, random]) => tpe < random).length;
    const median = (side: 0 | 1): number => results.map((pair) => pair[side]).sort((a, b) => a - b)[15]!;
    // It wins 85 % of 200 seeds; 21 of 30 by luck has a chance of 2 %.
    expect(wins).toBeGreaterThanOrEqual(21);
    expect(median(0)).toBeLessThan(median(1) / 2);
  });

  test("maximizing a function is minimizing its negative", async () => {
    const options = { space, trials: 25, seed: 4 };
    const low = await runSearch({ ...options, objective: bowl, direction: "minimize" });
    const high = await runSearch({ ...options, objective: (point) => -bowl(point), direction: "maximize" });
    expect(high.best.point).toEqual(low.best.point);
  });

  test("goes on from past trials as if never interrupted", async () => {
    const options = { space, objective: bowl, direction: "minimize" as const, seed: 9 };
    const whole = await runSearch({ ...options, trials: 30 });
    const past = JSON.parse(JSON.stringify(whole.trials.slice(0, 17))) as Trial<typeof space>[];
    const resumed = await runSearch({ ...options, trials: 30, past });
    const points = (trials: readonly Trial<typeof space>[]) => trials.map((trial) => trial.point);
    expect(points(resumed.trials)).toEqual(points(whole.trials));
    const narrowed = { ...space, width: int(1, 2) };
    await expect(runSearch({ ...options, space: narrowed, trials: 30, past })).rejects.toMatchObject({
      code: "search-space-invalid",
    });
  });

  test("prunes trials that fall behind the median, and says so", async () => {
    const events: SearchEvent<typeof space>[] = [];
    let steps = 0;
    const { trials, best } = await runSearch({
      space,
      direction: "minimize",
      trials: 30,
      seed: 1,
      pruning: { minTrials: 5, warmupSteps: 1 },
      onEvent: (event) => events.push(event),
      async objective(point, { report }) {
        for (let step = 0; step < 5; step++) {
          steps++;
          if (report(step, bowl(point) + 1 / (step + 1))) break;
        }
        return bowl(point);
      },
    });
    const pruned = trials.filter((trial) => trial.state === "pruned");
    expect(pruned.length).toBeGreaterThan(3);
    expect(pruned.every((trial) => trial.reports.length >= 2)).toBe(true);
    expect(steps).toBeLessThan(30 * 5);
    expect(best.state).toBe("complete");
    expect(events.filter((event) => event.type === "trial-ended").length).toBe(30);
    expect(events.filter((event) => event.type === "trial-reported").length).toBe(steps);
  });

  test("outlives failing trials, and fails with the cause when all do", async () => {
    const options = { space: { x: float(0, 1) }, direction: "minimize" as const, trials: 12, seed: 2 };
    const { trials } = await runSearch({
      ...options,
      objective({ x }, { number }) {
        if (number === 3) throw new Error("out of memory");
        return number === 4 ? Number.NaN : x;
      },
    });
    expect(trials.map((trial) => trial.state).filter((state) => state === "failed").length).toBe(2);
    expect(trials[3]).toMatchObject({ state: "failed", error: "out of memory" });
    const cause = new Error("never");
    const objective = () => Promise.reject(cause);
    await expect(runSearch({ ...options, objective })).rejects.toMatchObject({ code: "search-failed", cause });
  });

  test("stops on its signal", async () => {
    const control = new AbortController();
    const objective = () => {
      control.abort(new Error("stopped"));
      return 1;
    };
    const run = runSearch({ space, objective, direction: "minimize", trials: 3, seed: 1, signal: control.signal });
    await expect(run).rejects.toThrow("stopped");
  });

  test("types the point by its space", async () => {
    await runSearch({
      space,
      direction: "minimize",
      trials: 1,
      seed: 1,
      objective(point) {
        expectTypeOf(point.kind).toEqualTypeOf<"good" | "middling" | "bad">();
        expectTypeOf(point.rate).toEqualTypeOf<number>();
        return 0;
      },
    });
  });
});

describe("a space", () => {
  test("draws only points that lie in it", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const point = randomPoint(space, rng(seed));
        checkPoint(space, point);
        expect(Number.isInteger(point.width)).toBe(true);
      }),
    );
  });

  test("draws integers evenly, ends included", () => {
    const random = rng(1);
    const counts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) counts[randomPoint({ n: int(0, 2) }, random).n]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });

  test("refuses empty ranges", async () => {
    const run = (parameter: ReturnType<typeof float>) =>
      runSearch({ space: { x: parameter }, objective: () => 0, direction: "minimize", trials: 1, seed: 1 });
    for (const parameter of [float(1, 1), float(0, 1, { log: true }), int(0.5, 2), float(0, Number.NaN)])
      await expect(run(parameter)).rejects.toMatchObject({ code: "search-space-invalid" });
  });
});

test("a Parzen density integrates to one and samples where it is high", () => {
  const density = parzen([2, 2.1, 2.2, 8], 0, 10);
  let mass = 0;
  for (let x = 0.005; x < 10; x += 0.01) mass += Math.exp(density.logDensity(x)) * 0.01;
  expect(mass).toBeCloseTo(1, 4);
  const random = rng(1);
  const draws = Array.from({ length: 4000 }, () => density.sample(random));
  const inside = draws.filter((x) => x > 1.5 && x < 2.5).length / draws.length;
  let expected = 0;
  for (let x = 1.505; x < 2.5; x += 0.01) expected += Math.exp(density.logDensity(x)) * 0.01;
  expect(Math.abs(inside - expected)).toBeLessThan(0.03);
});
