// Type test: a model's outcome is the wire's, as it is. The type check of the tests proves it.
import type { Outcome as WireOutcome } from "@lepta/api";
import type { Outcome as ModelOutcome } from "@lepta/ml";
import { expectTypeOf, test } from "vitest";

type Written<T> = { -readonly [K in keyof T]: T[K] extends readonly unknown[] ? T[K] : Written<T[K]> };

test("what ml says and what api says are one", () => {
  expectTypeOf<Written<ModelOutcome>>().toEqualTypeOf<WireOutcome>();
  expectTypeOf<ModelOutcome>().toExtend<WireOutcome>();
});
