// Drift figures: the index by hand, and served inputs against a manifest's reference, on both databases.

import type { FeatureProfile } from "@lepta/ml";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { modelVersions, predictions } from "../db/schema.ts";
import { predictionWriter } from "../predicting/prediction-writer.ts";
import { inputDrift } from "./drift.ts";
import { populationStability, smallTogether } from "./psi.ts";

test("the index is what the formula gives by hand", () => {
  const index = (expected: number[], counts: number[], reference = Number.POSITIVE_INFINITY) =>
    populationStability(expected, counts, reference).psi;
  // (.4-.5)·ln(.4/.5) + (.6-.5)·ln(.6/.5) = 0.0223144 + 0.0182322
  expect(index([0.5, 0.5], [40, 60])).toBeCloseTo(0.0405465, 6);
  expect(index([0.5, 0.5], [7, 7])).toBe(0);
  expect(index([0.5, 0.5], [0, 0])).toBe(0);
  // Nothing in the first bin counts as half of ten rows: (.05 - .5)·ln(.05/.5) + (1 - .5)·ln(1/.5)
  expect(index([0.5, 0.5], [0, 10])).toBeCloseTo(0.45 * Math.LN10 + 0.5 * Math.LN2, 8);
  // …and of a million rows as the customary 1e-4.
  expect(index([0.5, 0.5], [0, 1e6])).toBeCloseTo(4.2577462 + 0.3465736, 5);
  expect(populationStability([0.5, 0.5], [4, 6], 40).noise).toBeCloseTo(1 / 10 + 1 / 40, 12);
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }), (counts) => {
      const { psi, pValue } = populationStability(
        counts.map(() => 1 / counts.length),
        counts,
        100,
      );
      expect(psi).toBeGreaterThanOrEqual(0);
      expect(pValue).toBeGreaterThanOrEqual(0);
      expect(pValue).toBeLessThanOrEqual(1);
    }),
  );
});

test("the p-value is SciPy's chi-square of both samples' counts", () => {
  // scipy.stats.chi2_contingency([[30, 50, 20], [100, 300, 100]]).pvalue
  expect(populationStability([0.2, 0.6, 0.2], [30, 50, 20], 500).pValue).toBeCloseTo(0.07154972350393346, 8);
  // scipy.stats.chisquare([30, 50, 20], [20, 60, 20]).pvalue
  expect(populationStability([0.2, 0.6, 0.2], [30, 50, 20], Number.POSITIVE_INFINITY).pValue).toBeCloseTo(
    0.035673993347252395,
    8,
  );
});

/** Mulberry32 and Box–Muller: the same draws on every machine. */
function randomOf(seed: number) {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const normal = (mean: number): number =>
    mean + Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** The share of reports on `rows` rows that call a drift in any of `features` numbers with ten bins and a category. */
function alarms(rows: number, reference: number, features: number, shift: number, reports: number): number {
  const random = randomOf(rows + reference);
  let called = 0;
  for (let report = 0; report < reports; report++) {
    const drifts = Array.from({ length: features }, (_, feature) => {
      // Tenths of the reference as a manifest has them, or ten categories of falling share.
      const category = feature % 4 === 3;
      const draw = (moved: number): number =>
        category ? Math.min(9, Math.floor(-2.5 * Math.log(random.uniform()) + 2 * moved)) : random.normal(moved);
      const before = Float64Array.from({ length: reference }, () => draw(0)).sort();
      const edges = Array.from({ length: 9 }, (_, i) =>
        category ? i + 1 : before[Math.floor(((i + 1) * reference) / 10)]!,
      );
      const counted = (values: Iterable<number>): number[] => {
        const counts = new Array<number>(10).fill(0);
        for (const value of values) counts[edges.filter((edge) => value >= edge).length]! += 1;
        return counts;
      };
      const expected = counted(before).map((count) => count / reference);
      const now = counted(Array.from({ length: rows }, () => draw(feature === 0 ? shift : 0)));
      return populationStability(expected, now, reference);
    });
    const small = smallTogether(
      drifts.map(({ pValue }) => pValue),
      0.05,
    );
    if (drifts.some(({ psi, noise }, i) => small[i] && psi - noise >= 0.2)) called++;
  }
  return called / reports;
}

test.each([20, 50, 200, 1000])("on %i rows without drift a report calls one at most one time in twenty", (rows) => {
  for (const reference of [60, 1000]) {
    expect(alarms(rows, reference, 1, 0, 300)).toBeLessThanOrEqual(0.065);
    expect(alarms(rows, reference, 8, 0, 100)).toBeLessThanOrEqual(0.065);
  }
});

test("a drift of one feature among eight is called: large ones on few rows, smaller ones on more", () => {
  expect(alarms(20, 1000, 8, 1.5, 50)).toBeGreaterThan(0.8);
  expect(alarms(50, 1000, 8, 1, 50)).toBeGreaterThan(0.9);
  expect(alarms(200, 1000, 8, 0.7, 50)).toBeGreaterThan(0.9);
  expect(alarms(1000, 1000, 8, 0.6, 50)).toBeGreaterThan(0.9);
});

const age: FeatureProfile = {
  name: "age",
  kind: "number",
  edges: [30, 50],
  shares: [0.25, 0.5, 0.2],
  missing: 0.05,
  min: 20,
  max: 70,
};
const purpose: FeatureProfile = {
  name: "purpose",
  kind: "category",
  categories: ["car", "tv"],
  shares: [0.6, 0.3],
  other: 0.1,
  missing: 0,
};

describeStores("drift", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());

  test("is found in the input that moved, and not in the one that did not", async () => {
    const { organisationId, versions } = await seed(opened.store);
    const tenant = opened.store.tenant(organisationId);
    const versionId = versions[0] ?? "";
    const writer = predictionWriter(opened.store);
    // Over some hours, so that the span's first and last are cut.
    const serve = (day: string, ages: number[]) =>
      Promise.all(
        ages.map((value, i) =>
          writer.write(organisationId, {
            id: newId(),
            product: "credit",
            versionId,
            variantId: null,
            row: { age: value, purpose: i % 10 < 6 ? "car" : i % 10 < 9 ? "tv" : "boat" },
            outcome: { kind: "class", label: "good", probability: value / 100, probabilities: {} },
            subjectHash: null,
            traceparent: null,
            own: false,
            at: new Date(`2026-01-${day}T${String(i % 24).padStart(2, "0")}:00:00Z`),
          }),
        ),
      );
    const repeat = (value: number, times: number) => Array.from({ length: times }, () => value);
    await tenant.transaction((tx) =>
      tx
        .update(modelVersions)
        .set({ manifest: { profile: [age, purpose] } })
        .where(eq(modelVersions.id, versionId)),
    );
    await serve("01", [
      ...repeat(20, 25),
      ...repeat(40, 50),
      ...repeat(60, 20),
      ...repeat(Number.NaN, 0),
      ...repeat(40, 5),
    ]);
    await serve("02", [...repeat(20, 5), ...repeat(40, 25), ...repeat(60, 70)]);

    const day = (d: string) => ({
      from: new Date(`2026-01-${d}T00:00:00Z`),
      to: new Date(`2026-01-${String(Number(d) + 1).padStart(2, "0")}T00:00:00Z`),
    });
    const stable = await inputDrift(tenant, { id: versionId }, day("01"));
    expect(stable).toMatchObject({ rows: 100, score: null });
    expect(stable.features.every(({ drifted }) => !drifted)).toBe(true);
    const moved = await inputDrift(tenant, { product: "credit", version: 1 }, day("02"));
    expect(moved.features.map((f) => [f.name, f.drifted])).toEqual([
      ["age", true],
      ["purpose", false],
    ]);
    // Σ over bins .25→.05, .5→.25, .2→.7, .05→0 (half a row of a hundred)
    const by = (e: number, o: number) => (o - e) * Math.log(o / e);
    expect(moved.features[0]?.psi).toBeCloseTo(by(0.25, 0.05) + by(0.5, 0.25) + by(0.2, 0.7) + by(0.05, 0.005), 10);
    expect(moved.features[1]?.psi).toBeCloseTo(0, 10);
    expect(moved.score).toMatchObject({ drifted: true });
    expect(moved.score?.psi).toBeGreaterThan(0.2);
    expect((await inputDrift(tenant, { id: versionId }, day("05"))).rows).toBe(0);
    // A regression's score is its value; the bins are those of the probabilities, ten times as wide.
    await tenant.transaction((tx) =>
      tx.update(predictions).set({
        outcome: sql`jsonb_build_object('kind', 'number', 'value', (${predictions.outcome} ->> 'probability')::numeric * 10)`,
      }),
    );
    expect((await inputDrift(tenant, { id: versionId }, day("02"))).score?.psi).toBeCloseTo(moved.score?.psi ?? 0, 10);
    await expect(inputDrift(tenant, { id: newId() }, day("01"))).rejects.toMatchObject({ code: "version-not-found" });
  });
});
