// A page of large rows is a short one: what it holds in bytes is bounded as its items are.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { type NewPrediction, predictionWriter } from "../predicting/prediction-writer.ts";
import { listPredictions, type PredictionFilter } from "./prediction-records.ts";

const megabyte = 2 ** 20;

describeStores("pages of large rows", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  const tenant = () => opened.store.tenant(seeded.organisationId);
  /** By time, the newest last. */
  const sizes = [...Array(9).fill(megabyte), 40, 6 * megabyte, 40, 5 * megabyte, 5 * megabyte, 40, 40];
  const made: NewPrediction[] = [];

  beforeAll(async () => {
    opened = await open();
    seeded = await seed(opened.store);
    const start = Date.UTC(2026, 2, 1);
    for (const [i, size] of sizes.entries()) {
      made.push({
        id: newId(),
        product: "credit",
        versionId: seeded.versions[0] as string,
        variantId: null,
        row: { note: "x".repeat(size) },
        outcome: { kind: "class", label: "good", probability: 0.2, probabilities: { good: 0.8, bad: 0.2 } },
        subjectHash: null,
        traceparent: null,
        own: false,
        at: new Date(start + i * 60_000),
      });
    }
    const writer = predictionWriter(opened.store);
    for (const one of made) await writer.write(seeded.organisationId, one);
  });
  afterAll(() => opened.remove());

  const newest = () => made.map(({ id }) => id).reverse();

  async function pages(filter: PredictionFilter): Promise<string[][]> {
    const read: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listPredictions(tenant(), { ...filter, cursor });
      read.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      if (page.items.length > 1) expect(JSON.stringify(page.items).length).toBeLessThan(4.1 * megabyte);
    } while (cursor !== undefined);
    return read;
  }

  test.each<[string, PredictionFilter]>([
    ["all", {}],
    ["of a product, 500 a page", { product: "credit", limit: 500 }],
    ["a search", { label: "good" } as PredictionFilter],
  ])("%s: every prediction once, in order, and no page above the bytes of one", async (_, filter) => {
    const read = await pages(filter);
    expect(read.flat()).toEqual(newest());
    // A row larger than a page stands alone.
    expect(read.map((page) => page.length)).toEqual([2, 1, 1, 1, 1, 4, 3, 3]);
  });

  test("limits that are smaller hold as before", async () => {
    const read = await pages({ limit: 1 });
    expect(read.flat()).toEqual(newest());
    expect(read.every((page) => page.length === 1)).toBe(true);
  });
});
