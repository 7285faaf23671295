// Type test: a wrong product, field, type or label does not compile. The type check of the tests proves it.
import { expect, expectTypeOf, test } from "vitest";
import { createApiClient, type PredictionOf } from "./client.ts";
import type { Label, Outcome, OutcomeOf } from "./outcome.ts";

type Products = {
  credit: { row: { age: number; purpose: string; savings?: number | null }; label: "good" | "bad" };
  rent: { row: { area: number }; label: number };
  traffic: { row: { road: string }; label: number[] };
  payment: { row: { amount: number }; label: boolean };
};

test("rows, labels and names are typed by the product", () => {
  const client = createApiClient<Products>({ url: "http://127.0.0.1:1" });
  const calls = () => [
    client.predict("credit", { age: 3, purpose: "car" }, { subject: "a" }),
    // @ts-expect-error a field that the product does not have
    client.predict("credit", { age: 3, purpose: "car", colour: "red" }),
    // @ts-expect-error a field of the wrong type
    client.predict("credit", { age: "3", purpose: "car" }),
    // @ts-expect-error a missing field
    client.predict("credit", { age: 3 }),
    // @ts-expect-error a product that does not exist
    client.predict("credits", { age: 3, purpose: "car" }),
    // @ts-expect-error a row of another product
    client.predict("rent", { age: 3, purpose: "car" }),
    client.feedback("credit", "id", "good"),
    // @ts-expect-error a label that is no class
    client.feedback("credit", "id", "fine"),
    // @ts-expect-error a class for a regression
    client.feedback("rent", "id", "good"),
    client.feedback("traffic", "id", [1, 2]),
    // @ts-expect-error a number for a series
    client.feedback("traffic", "id", 1),
    client.feedback("payment", "id", true),
    // @ts-expect-error a class for a score
    client.feedback("payment", "id", "yes"),
  ];
  expect(calls).toBeTypeOf("function");
  expectTypeOf(client.predict<"credit">).returns.resolves.toEqualTypeOf<PredictionOf<"good" | "bad">>();
  type Class = PredictionOf<"good" | "bad">["outcome"];
  expectTypeOf<Class["label"]>().toEqualTypeOf<"good" | "bad">();
  expectTypeOf<Class["probabilities"]>().toEqualTypeOf<Record<"good" | "bad", number>>();
  expectTypeOf<PredictionOf<number>["outcome"]>().toEqualTypeOf<OutcomeOf<"number">>();
  expectTypeOf<PredictionOf<number[]>["outcome"]>().toEqualTypeOf<OutcomeOf<"series">>();
  expectTypeOf<PredictionOf<boolean>["outcome"]>().toEqualTypeOf<OutcomeOf<"score">>();
  expectTypeOf<PredictionOf<Label>["outcome"]>().toEqualTypeOf<Outcome>();
});

test("a client that knows no product takes any row of strings, numbers, booleans, instants and nulls", () => {
  const client = createApiClient({ url: "http://127.0.0.1:1" });
  const calls = () => [
    client.predict("anything", { a: 1, b: "x", c: null, d: true, e: new Date(0) }),
    // @ts-expect-error not a raw value
    client.predict("anything", { a: [1] }),
  ];
  expect(calls).toBeTypeOf("function");
});
