// Stored predictions: durable when answered, one usage event each, repeats written once, one bad row alone refused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { predictions, usageEvents } from "../db/schema.ts";
import { listPredictions, readPrediction } from "../serving/prediction-records.ts";
import { type NewPrediction, predictionWriter } from "./prediction-writer.ts";

const outcome = { kind: "class", label: "good", probability: 0.25, probabilities: { good: 0.75, bad: 0.25 } } as const;

describeStores("prediction writer", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  beforeAll(async () => {
    opened = await open();
    seeded = await seed(opened.store);
  });
  afterAll(() => opened?.remove());

  const tenant = () => opened.store.tenant(seeded.organisationId);
  const make = (change: Partial<NewPrediction> = {}): NewPrediction => ({
    id: newId(),
    product: seeded.product,
    versionId: seeded.versions[0] as string,
    variantId: null,
    row: { age: 31.5, 'odd "name", {x}': 'a\\b,"c"{}', housing: "ünter NULL", phone: null, foreign: true },
    outcome,
    subjectHash: null,
    traceparent: null,
    own: false,
    at: new Date(),
    ...change,
  });
  const counts = () =>
    tenant().transaction(async (tx) => ({
      predictions: (await tx.select().from(predictions)).length,
      events: (await tx.select().from(usageEvents)).length,
    }));

  test("a written prediction reads back as it was, with its usage event", async () => {
    const writer = predictionWriter(opened.store);
    const subject = make({ subjectHash: "ab".repeat(32), traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` });
    expect(await writer.write(seeded.organisationId, subject)).toBe(true);
    const record = await readPrediction(tenant(), subject.id);
    expect(record).toMatchObject({
      id: subject.id,
      row: subject.row,
      outcome,
      subjectHash: subject.subjectHash,
      traceparent: subject.traceparent,
      at: subject.at.toISOString(),
      model: { name: "model 1", version: 1 },
      variant: "none",
      feedback: null,
      invoiceLine: null,
    });
  });

  test("rows that arrive together go in one insert; every one is there when its promise resolves", async () => {
    const sizes: number[] = [];
    const writer = predictionWriter(opened.store, (size) => sizes.push(size));
    const before = await counts();
    const rows = Array.from({ length: 300 }, () => make());
    const fresh = await Promise.all(rows.map((row) => writer.write(seeded.organisationId, row)));
    expect(fresh.every((f) => f)).toBe(true);
    expect(sizes).toEqual([256, 44]);
    const after = await counts();
    expect(after).toEqual({ predictions: before.predictions + 300, events: before.events + 300 });
  });

  test("an id written twice is written and billed once, in one insert or in two", async () => {
    const writer = predictionWriter(opened.store);
    const before = await counts();
    const row = make();
    const together = await Promise.all([
      writer.write(seeded.organisationId, row),
      writer.write(seeded.organisationId, make()),
      writer.write(seeded.organisationId, { ...row, outcome: { ...outcome, label: "bad" } }),
    ]);
    expect(together).toEqual([true, true, false]);
    expect(await writer.write(seeded.organisationId, { ...row, id: row.id.toUpperCase() })).toBe(false);
    expect((await readPrediction(tenant(), row.id)).outcome).toEqual(outcome);
    expect(await counts()).toEqual({ predictions: before.predictions + 2, events: before.events + 2 });
  });

  test("a row that the database refuses fails alone", async () => {
    const writer = predictionWriter(opened.store);
    const good = make();
    const results = await Promise.allSettled(
      [good, make({ row: { text: "\u0000" } }), make({ versionId: newId() }), make()].map((row) =>
        writer.write(seeded.organisationId, row),
      ),
    );
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect((await readPrediction(tenant(), good.id)).id).toBe(good.id);
  });

  test("two organisations may use the same id, and do not see each other's", async () => {
    const other = await seed(opened.store);
    const writer = predictionWriter(opened.store);
    const row = make();
    expect(await writer.write(seeded.organisationId, row)).toBe(true);
    expect(await writer.write(other.organisationId, { ...row, versionId: other.versions[0] as string })).toBe(true);
    const elsewhere = make();
    await writer.write(seeded.organisationId, elsewhere);
    await expect(readPrediction(opened.store.tenant(other.organisationId), elsewhere.id)).rejects.toMatchObject({
      code: "prediction-not-found",
    });
  });

  describe("list", () => {
    test("pages newest first without gaps or repeats, filters by product and version", async () => {
      const own = await seed(opened.store);
      const writer = predictionWriter(opened.store);
      const at = new Date();
      const rows = Array.from({ length: 7 }, (_, i) =>
        make({ versionId: own.versions[i % 2] as string, at: i < 4 ? at : new Date(at.getTime() + i) }),
      );
      for (const row of rows) await writer.write(own.organisationId, row);
      const list = (change: object) =>
        listPredictions(opened.store.tenant(own.organisationId), { limit: 3, ...change });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ cursor });
        seen.push(...page.items.map((item) => item.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      const order = [...rows].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
      expect(seen).toEqual(order.map((row) => row.id));
      expect((await list({ version: 2, limit: 50 })).items).toHaveLength(3);
      expect((await list({ product: "credit", limit: 50 })).items).toHaveLength(7);
      await expect(list({ product: "other" })).rejects.toMatchObject({ code: "product-not-found" });
      await expect(list({ invoiceLine: newId() })).rejects.toMatchObject({ code: "invoice-line-not-found" });
      await expect(list({ cursor: "nonsense" })).rejects.toMatchObject({ code: "invalid-request" });
    });
  });
});
