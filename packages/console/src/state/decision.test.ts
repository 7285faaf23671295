// Expected costs by hand: 0.3 · 5 against 0.7 · 1.
import { expect, it } from "vitest";
import { answerCosts } from "./decision.ts";

const costs = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

it("weighs each answer by the probabilities", () => {
  const decision = { positive: "bad", threshold: 1 / 6, costs };
  const [cheapest, other] = answerCosts({ decision, probabilities: { good: 0.7, bad: 0.3 } }) ?? [];
  expect(cheapest?.answer).toBe("bad");
  expect(cheapest?.expected).toBeCloseTo(0.7);
  expect(other?.answer).toBe("good");
  expect(other?.expected).toBeCloseTo(1.5);
});

it("says nothing without costs or probabilities", () => {
  expect(answerCosts({ decision: null, probabilities: { a: 1 } })).toBeUndefined();
  expect(
    answerCosts({ decision: { positive: "a", threshold: 0.5, costs: null }, probabilities: { a: 1 } }),
  ).toBeUndefined();
  expect(answerCosts({ decision: { positive: "a", threshold: 0.5, costs }, probabilities: null })).toBeUndefined();
});
