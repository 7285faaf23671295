// The sums that predictions and labels keep up equal a recount of the stored rows, exactly: whatever is written, in
// whatever order, by several writers at once.
import type { CostMatrix, Label, Outcome, OutcomeForm } from "@lepta/api";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differingSums } from "../../testing/recount-sums.ts";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { experimentSums } from "../db/schema.ts";
import { predictionWriter } from "../predicting/prediction-writer.ts";
import { recordFeedback } from "../serving/feedback.ts";
import { deploy } from "./deployment.ts";

/** What is predicted and told: an index among the values, variants, subjects (the last is none) or predictions. */
interface Step {
  /** Puts new costs into service first; undefined: stays with those of before. */
  costs: number[] | undefined;
  predictions: { variant: number; subject: number; answer: number; writer: number }[];
  /** Requests sent at once, each with several labels. */
  told: { prediction: number; truth: number }[][];
}

const subjects = ["ada", "bob", "eve", null];
const classes = ["good", "bad"];
const index = fc.nat({ max: 1_000 });
// Costs and numbers that binary fractions do not hold.
const decimal = fc.integer({ min: -2_000, max: 2_000 }).map((n) => n / 100);
const step: fc.Arbitrary<Step> = fc.record({
  costs: fc.option(fc.array(decimal, { minLength: 4, maxLength: 4 }), { nil: undefined, freq: 3 }),
  predictions: fc.array(fc.record({ variant: index, subject: index, answer: index, writer: index }), { maxLength: 12 }),
  told: fc.array(fc.array(fc.record({ prediction: index, truth: index }), { minLength: 1, maxLength: 12 }), {
    maxLength: 4,
  }),
});
const seededClasses: OutcomeForm = { kind: "class", classes, positive: "bad" };
type Answer = readonly [Outcome, Label];
const classAnswer = (label: string): Answer => [
  { kind: "class", label, probability: 0.5, probabilities: { good: 0.5, bad: 0.5 } },
  label,
];
const numberAnswer = (value: number): Answer => [{ kind: "number", value }, value];
const seriesAnswer = (values: number[]): Answer => [{ kind: "series", values }, values];
const scoreAnswer = (flagged: boolean): Answer => [{ kind: "score", score: 1, flagged }, flagged];
const of = <T>(list: readonly T[], i: number): T => list[i % list.length]!;

describeStores("the sums of experiments", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.remove());

  async function play(form: OutcomeForm, steps: readonly Step[], answers: readonly (readonly [Outcome, Label])[]) {
    const seeded: Seed = await seed(opened.store, { outcome: form });
    const tenant = opened.store.tenant(seeded.organisationId);
    const writers = [predictionWriter(opened.store), predictionWriter(opened.store)];
    const deployAt = (weight: number, costs: CostMatrix | null) =>
      deploy(tenant, {
        product: "credit",
        costs,
        variants: [
          { version: 1, weight, role: "champion" },
          { version: 2, weight: 1 - weight, role: "challenger" },
        ],
      });
    const variants = (await deployAt(0.5, null)).variants.map(({ id, model }) => ({ id, model: model.id }));
    const stored: string[] = [];
    const names = form.kind === "score" ? ["true", "false"] : classes;
    for (const [i, { costs, predictions, told }] of steps.entries()) {
      if (costs !== undefined) {
        const [a, b, c, d] = costs as [number, number, number, number];
        const [one, other] = names as [string, string];
        const matrix =
          form.kind === "class" || form.kind === "score"
            ? { [one]: { [one]: a, [other]: b }, [other]: { [one]: c, [other]: d } }
            : null;
        // Labels of the deployments before go on coming.
        const { variants: more } = await deployAt(1 / (i + 3), matrix);
        variants.unshift(...more.map(({ id, model }) => ({ id, model: model.id })));
      }
      const written = predictions.map(async ({ variant, subject, answer, writer }) => {
        const id = newId();
        const { id: variantId, model } = of(
          [...variants.slice(0, 4), { id: null, model: seeded.versions[0]! }],
          variant,
        );
        await of(writers, writer).write(seeded.organisationId, {
          id,
          product: "credit",
          versionId: model,
          variantId,
          row: {},
          outcome: of(answers, answer)[0],
          subjectHash: of(subjects, subject),
          traceparent: null,
          own: false,
          at: new Date(),
        });
        return id;
      });
      const labelled = told.map((items) =>
        stored.length === 0
          ? 0
          : recordFeedback(
              tenant,
              "credit",
              items.map(({ prediction, truth }) => ({
                prediction: of(stored, prediction),
                label: of(answers, truth)[1],
              })),
            ),
      );
      const [ids] = await Promise.all([Promise.all(written), Promise.all(labelled)]);
      stored.push(...ids);
    }
    expect(await tenant.transaction(differingSums)).toEqual([]);
  }

  test("of classes, with changing costs", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) =>
        play(seededClasses, steps, classes.map(classAnswer)),
      ),
      { numRuns: 20 },
    ),
  );

  test("of numbers", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 6 }),
        fc.array(fc.oneof(decimal, fc.constantFrom(1e-7, 3.4e38, -1e21)), { minLength: 2, maxLength: 5 }),
        (steps, numbers) => play({ kind: "number" }, steps, numbers.map(numberAnswer)),
      ),
      { numRuns: 15 },
    ),
  );

  test("of series", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 6 }),
        fc.array(fc.tuple(decimal, decimal, decimal), { minLength: 2, maxLength: 5 }),
        (steps, series) => play({ kind: "series", steps: 3 }, steps, series.map(seriesAnswer)),
      ),
      { numRuns: 10 },
    ),
  );

  test("of scores", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), (steps) =>
        play({ kind: "score" }, steps, [true, false].map(scoreAnswer)),
      ),
      { numRuns: 10 },
    ),
  );

  test("a recount tells a sum that is wrong", async () => {
    const seeded = await seed(opened.store);
    const tenant = opened.store.tenant(seeded.organisationId);
    const { variants } = await deploy(tenant, {
      product: "credit",
      variants: [{ version: 1, weight: 1, role: "champion" }],
    });
    const differing = await tenant.transaction(async (tx) => {
      await tx
        .insert(experimentSums)
        .values({ organisationId: seeded.organisationId, variantId: variants[0]!.id, predictions: 1, units: 1 });
      return differingSums(tx);
    });
    expect(differing).toMatchObject([{ table: "experiment_sums", which: "kept" }]);
  });
});
