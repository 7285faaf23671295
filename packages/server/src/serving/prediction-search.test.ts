// A search finds what a plain loop over all predictions finds, page by page, and looks at so many and no more.
import type { PredictionRecord } from "@lepta/api";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { deployments, modelVersions, variants } from "../db/schema.ts";
import { type NewPrediction, predictionWriter } from "../predicting/prediction-writer.ts";
import { recordFeedback } from "./feedback.ts";
import { listPredictions, type PredictionFilter } from "./prediction-records.ts";
import { searchPredictions } from "./prediction-search.ts";

const count = 2_300;
const labelOf = ({ outcome }: NewPrediction): string => (outcome.kind === "class" ? outcome.label : "");
const costs = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

describeStores("searching predictions", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  const tenant = () => opened.store.tenant(seeded.organisationId);
  const made: (NewPrediction & { truth: string | undefined })[] = [];

  beforeAll(async () => {
    opened = await open();
    seeded = await seed(opened.store);
    const { organisationId } = seeded;
    const [deploymentId, champion, challenger] = [newId(), newId(), newId()];
    await tenant().transaction(async (tx) => {
      await tx
        .update(modelVersions)
        .set({ threshold: 0.25 })
        .where(eq(modelVersions.id, seeded.versions[0] as string));
      await tx.insert(deployments).values({ organisationId, id: deploymentId, product: "credit", costs });
      await tx.insert(variants).values(
        [champion, challenger].map((id, position) => ({
          organisationId,
          id,
          deploymentId,
          versionId: seeded.versions[position] as string,
          name: position === 0 ? "champion" : "challenger",
          role: position === 0 ? ("champion" as const) : ("challenger" as const),
          weight: 0.5,
          position,
        })),
      );
    });
    const start = Date.UTC(2026, 2, 1);
    for (let i = 0; i < count; i++) {
      const variantId = i % 7 === 0 ? null : i % 3 === 0 ? challenger : champion;
      made.push({
        id: newId(),
        product: "credit",
        versionId: seeded.versions[variantId === challenger ? 1 : 0] as string,
        variantId,
        row: { age: i },
        outcome: {
          kind: "class",
          label: i % 5 === 0 ? "bad" : "good",
          probability: 0.2,
          probabilities: { good: 0.8, bad: 0.2 },
        },
        subjectHash: null,
        traceparent: null,
        own: false,
        // Many of one instant, over several hours.
        at: new Date(start + Math.floor(i / 10) * 60_000),
        truth: i % 4 === 0 ? undefined : i % 11 === 0 ? "bad" : "good",
      });
    }
    const writer = predictionWriter(opened.store);
    await Promise.all(made.map(({ truth: _, ...prediction }) => writer.write(organisationId, prediction)));
    const labels = made.flatMap(({ id, truth }) => (truth === undefined ? [] : [{ prediction: id, label: truth }]));
    for (let from = 0; from < labels.length; from += 1000) {
      await recordFeedback(tenant(), "credit", labels.slice(from, from + 1000));
    }
  }, 120_000);
  afterAll(() => opened?.remove());

  async function all(filter: PredictionFilter, limit = 200): Promise<PredictionRecord[]> {
    const found: PredictionRecord[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listPredictions(tenant(), { ...filter, limit, cursor });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items);
      if (page.nextCursor === null) return found;
      cursor = page.nextCursor;
    }
  }

  test.each<[PredictionFilter, (one: (typeof made)[number]) => boolean]>([
    [{ label: "bad" }, (one) => labelOf(one) === "bad"],
    [{ truth: "wrong" }, (one) => one.truth !== undefined && one.truth !== labelOf(one)],
    [{ truth: "right", product: "credit" }, (one) => one.truth === labelOf(one)],
    [{ truth: "unlabelled", label: "good" }, (one) => one.truth === undefined && labelOf(one) === "good"],
    [{ truth: "labelled", version: 2 }, ({ versionId, truth }) => versionId === seeded.versions[1] && !!truth],
    [{ variant: "none" }, ({ variantId }) => variantId === null],
    [{ variant: "challenger" }, ({ versionId, variantId }) => versionId === seeded.versions[1] && variantId !== null],
    [{ label: "none of them" }, () => false],
  ])("%j", async (filter, fits) => {
    const wanted = made.filter(fits).sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
    expect((await all(filter)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  });

  test("looks at so many a page, and says from where to look on", async () => {
    const filter = { label: "none of them" };
    const steps = { step: 100, most: 300 };
    const found = await tenant().transaction((tx) =>
      searchPredictions(tx, filter, { of: undefined, after: undefined, wanted: 50 }, steps),
    );
    const newest = [...made].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
    expect(found.ids).toEqual([]);
    expect(found.looked).toMatchObject({ id: newest[299]?.id, at: newest[299]?.at });
  });

  test("a record says what decided it: the threshold of its version, the costs of its deployment", async () => {
    const [champion] = (await listPredictions(tenant(), { variant: "champion", limit: 1 })).items;
    expect(champion?.decision).toEqual({ positive: "bad", threshold: 0.25, costs });
    const [alone] = (await listPredictions(tenant(), { variant: "none", limit: 1 })).items;
    expect(alone?.decision).toEqual({ positive: "bad", threshold: 0.25, costs: null });
    // A version without a threshold answers the more probable class.
    const [challenger] = (await listPredictions(tenant(), { variant: "challenger", limit: 1 })).items;
    expect(challenger?.decision).toBeNull();
  });
});
