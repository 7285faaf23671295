// Drift figures: the index by hand, and served inputs against a manifest's reference, on both databases.
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { modelVersions, predictions } from "../db/schema.ts";
import { inputDrift } from "./drift.ts";
import { populationStability } from "./psi.ts";
import { binOf, type FeatureReference } from "./reference.ts";

test("the index is what the formula gives by hand", () => {
  // (.4-.5)·ln(.4/.5) + (.6-.5)·ln(.6/.5) = 0.0223144 + 0.0182322
  expect(populationStability([0.5, 0.5], [40, 60])).toBeCloseTo(0.0405465, 6);
  expect(populationStability([0.5, 0.5], [7, 7])).toBe(0);
  expect(populationStability([0.5, 0.5], [0, 0])).toBe(0);
  // (1e-4 - .5)·ln(1e-4/.5) + (1 - .5)·ln(1/.5)
  expect(populationStability([0.5, 0.5], [0, 10])).toBeCloseTo(4.2577462 + 0.3465736, 5);
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }), (counts) => {
      expect(
        populationStability(
          counts.map(() => 1 / counts.length),
          counts,
        ),
      ).toBeGreaterThanOrEqual(0);
    }),
  );
});

const age: FeatureReference = { name: "age", kind: "number", edges: [30, 50], shares: [0.25, 0.5, 0.2], missing: 0.05 };
const purpose: FeatureReference = {
  name: "purpose",
  kind: "category",
  categories: ["car", "tv"],
  shares: [0.6, 0.3],
  other: 0.1,
  missing: 0,
};

test("a value's bin", () => {
  expect([29.9, 30, 49, 50, null, Number.NaN].map((v) => binOf(age, v))).toEqual([0, 1, 1, 2, 3, 3]);
  expect(["car", "tv", "boat", "", null].map((v) => binOf(purpose, v))).toEqual([0, 1, 2, 3, 3]);
});

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
    const serve = (day: string, ages: number[]) =>
      tenant.transaction((tx) =>
        tx.insert(predictions).values(
          ages.map((value, i) => ({
            organisationId,
            id: newId(),
            product: "credit",
            versionId,
            row: { age: value, purpose: i % 10 < 6 ? "car" : i % 10 < 9 ? "tv" : "boat" },
            label: "good",
            probability: value / 100,
            at: new Date(`2026-01-${day}T12:00:00Z`),
          })),
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
    expect(stable).toMatchObject({ rows: 100, scorePsi: null });
    const moved = await inputDrift(tenant, { product: "credit", version: 1 }, day("02"));
    expect(moved.features.map((f) => [f.name, f.drifted])).toEqual([
      ["age", true],
      ["purpose", false],
    ]);
    // Σ over bins .25→.05, .5→.25, .2→.7, .05→0 (floored at 1e-4)
    const by = (e: number, o: number) => (o - e) * Math.log(o / e);
    expect(moved.features[0]?.psi).toBeCloseTo(by(0.25, 0.05) + by(0.5, 0.25) + by(0.2, 0.7) + by(0.05, 1e-4), 10);
    expect(moved.features[1]?.psi).toBeCloseTo(0, 10);
    expect(moved.scorePsi).toBeGreaterThan(0.2);
    expect((await inputDrift(tenant, { id: versionId }, day("05"))).rows).toBe(0);
    // A regression's score is its value; the bins are those of the probabilities, ten times as wide.
    await tenant.transaction((tx) =>
      tx.update(predictions).set({ value: sql`${predictions.probability} * 10`, probability: null }),
    );
    expect((await inputDrift(tenant, { id: versionId }, day("02"))).scorePsi).toBeCloseTo(moved.scorePsi ?? 0, 10);
    await expect(inputDrift(tenant, { id: newId() }, day("01"))).rejects.toMatchObject({ code: "version-not-found" });
  });
});
