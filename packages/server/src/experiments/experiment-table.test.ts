// The experiment's table over stored predictions and labels: costs, units, the comparison, the sample ratio.
import type { Deployment, Label, Outcome, OutcomeForm } from "@lepta/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { predictionWriter } from "../predicting/prediction-writer.ts";
import { recordFeedback } from "../serving/feedback.ts";
import { deploy } from "./deployment.ts";
import { experimentTable } from "./experiment-table.ts";

const classOf = (label: string): Outcome => ({
  kind: "class",
  label,
  probability: 0.5,
  probabilities: { good: 0.5, bad: 0.5 },
});
const costs = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

describeStores("experiment table", (open) => {
  let opened: TestStore;
  let seeded: Seed;
  let deployment: Deployment;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.remove());
  const tenant = () => opened.store.tenant(seeded.organisationId);

  async function start(withCosts = true, outcome?: OutcomeForm): Promise<void> {
    seeded = await seed(opened.store, outcome === undefined ? {} : { outcome });
    deployment = await deploy(tenant(), {
      product: "credit",
      costs: withCosts ? costs : null,
      variants: [
        { version: 1, weight: 0.75, role: "champion" },
        { version: 2, weight: 0.25, role: "challenger" },
      ],
    });
  }

  /** Stores predictions: variant, label, true label or null, subject or null. */
  async function store(
    rows: [variant: number, answer: string | Outcome, truth: Label | null, subject?: string][],
  ): Promise<void> {
    const writer = predictionWriter(opened.store);
    await Promise.all(
      rows.map(async ([variant, answer, truth, subject]) => {
        const { id: variantId, model } = deployment.variants[variant] as Deployment["variants"][number];
        const id = newId();
        await writer.write(seeded.organisationId, {
          id,
          product: "credit",
          versionId: model.id,
          variantId,
          row: {},
          outcome: typeof answer === "string" ? classOf(answer) : answer,
          subjectHash: subject ?? null,
          traceparent: null,
          own: false,
          at: new Date(),
        });
        if (truth !== null) await recordFeedback(tenant(), "credit", [{ prediction: id, label: truth }]);
      }),
    );
  }
  const repeat = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

  test("mean costs, intervals and the difference, on labelled predictions alone", async () => {
    await start();
    await store([
      ...repeat(6, [0, "good", "good"] as [number, string, string]), // cost 0
      ...repeat(2, [0, "bad", "good"] as [number, string, string]), // cost 1
      [0, "good", "bad"], // cost 5
      [0, "good", null],
      [1, "bad", "bad"], // 0
      [1, "bad", "good"], // 1
      [1, "good", null],
    ]);
    const table = await experimentTable(tenant(), "credit");
    expect(table).toMatchObject({ metric: "cost", confidence: 0.95, deployment: deployment.id });
    expect(table.variants[0]).toMatchObject({ name: "champion", predictions: 10, units: 10, feedback: 9 });
    // Never below the least cost: Student's t would have -0.48.
    expect(table.variants[0]?.cost?.value).toBeCloseTo(7 / 9, 12);
    expect(table.variants[0]?.cost?.low).toBeGreaterThan(0);
    expect(table.variants[0]?.cost?.high).toBeLessThan(5);
    expect(table.variants.map((variant) => variant.tooFew)).toEqual([true, true]);
    expect(table.variants[0]?.difference).toBeNull();
    expect(table.variants[0]?.pValue).toBeNull();
    expect(table.variants[1]).toMatchObject({ predictions: 3, units: 3, feedback: 2 });
    expect(table.variants[1]?.cost?.value).toBeCloseTo(0.5, 12);
    expect(table.variants[1]?.difference?.value).toBeCloseTo(0.5 - 7 / 9, 12);
    expect(table.variants[1]?.pValue).toBeGreaterThan(0.5);
    expect(table.sampleRatio?.mismatch).toBe(false);
  });

  test("a subject with many predictions is one unit", async () => {
    await start(false);
    await store([
      ...repeat(5, [0, "good", "bad", "ada"] as [number, string, string, string]),
      [0, "good", "good", "bob"],
      [0, "good", "good"],
    ]);
    const [champion] = (await experimentTable(tenant(), "credit")).variants;
    expect(champion).toMatchObject({ predictions: 7, units: 3, feedback: 7 });
    expect(champion?.cost?.value).toBeCloseTo(5 / 7, 12);
  });

  test("a corrected label counts with its correction; no labels, no costs", async () => {
    await start();
    const empty = await experimentTable(tenant(), "credit");
    expect(empty.sampleRatio).toBeNull();
    expect(empty.variants.map((variant) => [variant.predictions, variant.cost])).toEqual([
      [0, null],
      [0, null],
    ]);
  });

  test.each<[OutcomeForm, string, number, [Outcome, Label][]]>([
    [
      { kind: "number" },
      "squared error",
      (0.25 + 4) / 2,
      [
        [{ kind: "number", value: 1.5 }, "1"],
        [{ kind: "number", value: 2 }, 4],
      ],
    ],
    [
      { kind: "series", steps: 2 },
      "mean squared error",
      (0.5 + 4.5) / 2,
      [
        [{ kind: "series", values: [1, 2] }, [1, 3]],
        [{ kind: "series", values: [1, 2] }, [1, 5]],
      ],
    ],
    [
      { kind: "score" },
      "error rate",
      1 / 3,
      [
        [{ kind: "score", score: 4, flagged: true }, true],
        [{ kind: "score", score: 4, flagged: true }, false],
        [{ kind: "score", score: 1, flagged: false }, "false"],
      ],
    ],
  ])("costs of %j: %s", async (form, metric, mean, answers) => {
    await start(false, form);
    await store(answers.map(([answer, truth]) => [0, answer, truth]));
    const table = await experimentTable(tenant(), "credit");
    expect(table.metric).toBe(metric);
    expect(table.variants[0]?.cost?.value).toBeCloseTo(mean, 12);
  });

  test("of a score may have a matrix of what was flagged; a number has none", async () => {
    const flags = { true: { true: 0, false: 9 }, false: { true: 1, false: 0 } };
    await start(false, { kind: "score" });
    const variants = [{ version: 1, weight: 1, role: "champion" as const }];
    deployment = await deploy(tenant(), { product: "credit", costs: flags, variants });
    await store([
      [0, { kind: "score", score: 1, flagged: false }, true],
      [0, { kind: "score", score: 4, flagged: true }, false],
    ]);
    const table = await experimentTable(tenant(), "credit");
    expect(table).toMatchObject({ metric: "cost", variants: [{ cost: { value: 5 } }] });
    await start(false, { kind: "number" });
    await expect(deploy(tenant(), { product: "credit", costs: flags, variants })).rejects.toMatchObject({
      code: "invalid-deployment",
    });
  });
});
