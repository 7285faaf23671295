// Every gradient rule against central finite differences; every operator has a rule, or is known to stop gradients.
import { describe, expect, test } from "vitest";
import { gradientCases } from "../../testing/conformance/cases.ts";
import { compareWithFiniteDifferences } from "../../testing/finite-differences.ts";
import { catalogue } from "../graph/catalogue.ts";
import { customGradientOperators, gradientRules, nonDifferentiable, unsupportedGradients } from "./rules.ts";

describe("gradient rules", () => {
  test.each(gradientCases.map((entry) => ({ ...entry, title: `${entry.op} ${JSON.stringify(entry.shapes)}` })))(
    "$title",
    async (entry) => {
      const { error, tolerance } = await compareWithFiniteDifferences(entry);
      expect(error).toBeLessThan(tolerance);
    },
  );

  test("cover the catalogue", () => {
    const known = new Set([
      ...Object.keys(gradientRules),
      ...nonDifferentiable,
      ...customGradientOperators,
      ...unsupportedGradients,
    ]);
    const without = Object.keys(catalogue).filter((op) => !known.has(op));
    expect(without).toEqual([]);
  });

  test("are tried on at least two shapes each", () => {
    const tried = (op: string) =>
      new Set(gradientCases.filter((entry) => entry.op === op).map(({ shapes }) => JSON.stringify(shapes))).size;
    expect(Object.keys(gradientRules).filter((op) => tried(op) < 2)).toEqual([]);
  });
});
