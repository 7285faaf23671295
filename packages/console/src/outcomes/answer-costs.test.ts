// Expected costs by hand: 0.3 · 5 against 0.7 · 1.
import { expect, it } from "vitest";
import { answerCosts } from "./answer-costs.ts";

const costs = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

it("weighs each answer by the probabilities", () => {
  const [cheapest, other] = answerCosts({ costs }, { good: 0.7, bad: 0.3 }) ?? [];
  expect(cheapest?.answer).toBe("bad");
  expect(cheapest?.expected).toBeCloseTo(0.7);
  expect(other?.answer).toBe("good");
  expect(other?.expected).toBeCloseTo(1.5);
});

it("says nothing without costs", () => {
  expect(answerCosts({ costs: null }, { a: 1 })).toBeUndefined();
});
