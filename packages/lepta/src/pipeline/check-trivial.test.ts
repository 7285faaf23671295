// No network is deployed without a word where an answer that looks at no row does as well.
import type { Trivial } from "@lepta/ml";
import { describe, expect, test } from "vitest";
import { trivialLines } from "../text/trivial-lines.ts";
import { checkTrivial } from "./check-trivial.ts";
import type { Evaluated } from "./evaluated.ts";

const figures = (value: number, low: number | null): Trivial => ({
  policy: '"no" for every row',
  metrics: { accuracy: 0.9 },
  meanCost: null,
  gain: { loss: "log loss", value, low, high: low === null ? null : 2 * value - low },
  beaten: low !== null && low > 0,
});

const output = (trivial: Trivial) =>
  ({ rows: 40, models: [{ model: "network", trivial }], challenger: "network" }) as unknown as Evaluated;

describe("a network beside the trivial policy", () => {
  test("that loses no less ends the run, with the figures and the way past it", () => {
    for (const trivial of [figures(-0.01, -0.05), figures(0, null)])
      expect(() => checkTrivial(output(trivial))).toThrow(
        expect.objectContaining({
          code: "gate-failed",
          output: output(trivial),
          message: expect.stringContaining('"no" for every row'),
          fix: expect.stringContaining("gate.evenIfTrivial()"),
        }),
      );
  });

  test("that may be better by chance is deployed with a warning, and one that is shown to be better without", () => {
    expect(() => checkTrivial(output(figures(0.02, -0.01)))).not.toThrow();
    expect(trivialLines("network", figures(0.02, -0.01))[0]).toMatch(/^warning: network: .*not shown to be better/);
    expect(trivialLines("network", figures(0.02, 0.01))[0]).toBe(
      'network: The trivial policy answers "no" for every row. The model has a mean log loss 0.02 (0.01 to 0.03) below it.',
    );
  });
});
