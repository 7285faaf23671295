// Feedback: new, repeated and corrected labels; what is refused leaves nothing behind.
import type { Label, OutcomeForm } from "@lepta/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { predictionWriter } from "../predicting/prediction-writer.ts";
import { recordFeedback } from "./feedback.ts";
import { readPrediction } from "./prediction-records.ts";

describeStores("feedback", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  beforeAll(async () => {
    opened = await open();
    seeded = await seed(opened.store);
  });
  afterAll(() => opened?.remove());
  const tenant = () => opened.store.tenant(seeded.organisationId);

  async function predicted(): Promise<string> {
    const id = newId();
    await predictionWriter(opened.store).write(seeded.organisationId, {
      id,
      product: "credit",
      versionId: seeded.versions[0] as string,
      variantId: null,
      row: {},
      outcome: { kind: "class", label: "good", probability: 0.2, probabilities: { good: 0.8, bad: 0.2 } },
      subjectHash: null,
      traceparent: null,
      own: false,
      at: new Date(),
    });
    return id;
  }

  test("a label is recorded once, and can be corrected", async () => {
    const prediction = await predicted();
    expect(await recordFeedback(tenant(), "credit", [{ prediction, label: "good" }])).toBe(1);
    expect(await recordFeedback(tenant(), "credit", [{ prediction, label: "good" }])).toBe(0);
    expect(await recordFeedback(tenant(), "credit", [{ prediction: prediction.toUpperCase(), label: "bad" }])).toBe(1);
    expect((await readPrediction(tenant(), prediction)).feedback?.label).toBe("bad");
  });

  test("of several labels for one prediction in a request the last counts", async () => {
    const prediction = await predicted();
    const items = [
      { prediction, label: "good" },
      { prediction, label: "bad" },
    ];
    expect(await recordFeedback(tenant(), "credit", items)).toBe(1);
    expect((await readPrediction(tenant(), prediction)).feedback?.label).toBe("bad");
  });

  test("an unknown id, label or product refuses the whole request", async () => {
    const prediction = await predicted();
    const send = (second: { prediction: string; label: string | number }, product = "credit") =>
      recordFeedback(tenant(), product, [{ prediction, label: "good" }, second]);
    await expect(send({ prediction: newId(), label: "bad" })).rejects.toMatchObject({
      code: "prediction-not-found",
      errors: [{ path: "/feedback/1/prediction" }],
    });
    await expect(send({ prediction, label: "ugly" })).rejects.toMatchObject({
      code: "invalid-label",
      errors: [{ path: "/feedback/1/label" }],
    });
    await expect(send({ prediction, label: "bad" }, "other")).rejects.toMatchObject({ code: "product-not-found" });
    expect((await readPrediction(tenant(), prediction)).feedback).toBeNull();
  });

  test.each<[OutcomeForm, Label[], Label[]]>([
    [
      { kind: "number" },
      [1.5, "-1.5", "1e3", ".5"],
      ["", " ", "0x1F", "Infinity", "1e999", "12 ", true, [1], Number.POSITIVE_INFINITY],
    ],
    [{ kind: "series", steps: 2 }, [[1, 2]], ["1", 1, [1], [1, 2, 3], [1, Number.NaN], []]],
    [{ kind: "score" }, [true, false, "true", "false"], ["yes", 1, 0, [1]]],
    [{ kind: "class", classes: ["1", "2"], positive: null }, ["1", 2], ["3", 3, true, [1]]],
  ])("of %j", async (outcome, labels, others) => {
    const other = await seed(opened.store, { outcome });
    const its = opened.store.tenant(other.organisationId);
    for (const label of others) {
      await expect(recordFeedback(its, "credit", [{ prediction: newId(), label }])).rejects.toMatchObject({
        code: "invalid-label",
      });
    }
    for (const label of labels) {
      await expect(recordFeedback(its, "credit", [{ prediction: newId(), label }])).rejects.toMatchObject({
        code: "prediction-not-found",
      });
    }
  });

  test("another organisation's prediction is not found", async () => {
    const prediction = await predicted();
    const other = await seed(opened.store);
    await expect(
      recordFeedback(opened.store.tenant(other.organisationId), "credit", [{ prediction, label: "good" }]),
    ).rejects.toMatchObject({ code: "prediction-not-found" });
  });
});
