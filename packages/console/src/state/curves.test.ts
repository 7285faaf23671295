// Curves are paired, ordered and aligned.
import type { Curve } from "@lepta/api";
import { describe, expect, it } from "vitest";
import { alignPoints, arrangeCurves, isCurve, readCurveName } from "./curves.ts";

const curve = (model: string, name: string, points: [number, number][], metric: Curve["metric"] = null): Curve => ({
  stage: "train",
  model,
  name,
  metric,
  points,
});

describe("readCurveName", () => {
  it.each([
    ["loss", "train", "loss"],
    ["validationLoss", "validation", "loss"],
    ["valLoss", "validation", "loss"],
    ["val_loss", "validation", "loss"],
    ["trainLoss", "train", "loss"],
    ["trainAUC", "train", "AUC"],
    ["auc", "validation", "auc"],
    ["validationAuc", "validation", "auc"],
    ["value", "validation", "value"],
    ["valid", "validation", "valid"],
    ["trainable", "validation", "trainable"],
  ])("%s is %s %s", (name, part, quantity) => {
    expect(readCurveName(name)).toEqual({ part, quantity });
  });
});

describe("arrangeCurves", () => {
  it("pairs training with validation, loss first, and knows the best", () => {
    const plots = arrangeCurves([
      curve(
        "network",
        "auc",
        [
          [10, 0.7],
          [20, 0.8],
          [30, 0.75],
        ],
        { title: "AUC", direction: "higher", unit: "" },
      ),
      curve("network", "validationLoss", [
        [10, 0.6],
        [20, 0.5],
        [30, 0.55],
      ]),
      curve("network", "loss", [
        [1, 0.7],
        [2, 0.65],
      ]),
      curve("logistic", "loss", [[1, 0.7]]),
      curve("logistic", "validationLoss", []),
    ]);
    expect(plots.map((p) => [p.model, p.quantity, p.series.map((s) => s.part)])).toEqual([
      ["network", "loss", ["train", "validation"]],
      ["network", "auc", ["validation"]],
      ["logistic", "loss", ["train"]],
    ]);
    expect(plots[0]?.series[1]).toMatchObject({ best: [20, 0.5], last: 0.55 });
    expect(plots[1]?.series[0]?.best).toEqual([20, 0.8]);
    expect(plots.map(({ title }) => title)).toEqual(["Loss", "AUC", "Loss"]);
  });
});

describe("alignPoints", () => {
  it("joins on the step", () => {
    expect(
      alignPoints([
        [
          [1, 0.7],
          [3, 0.5],
        ],
        [
          [2, 0.6],
          [3, 0.55],
        ],
      ]),
    ).toEqual([
      [1, 2, 3],
      [0.7, null, 0.5],
      [null, 0.6, 0.55],
    ]);
    expect(alignPoints([])).toEqual([[]]);
  });
});

describe("isCurve", () => {
  const plot = (points: [number, number][]) => arrangeCurves([curve("linear", "loss", points)])[0]!;
  it("needs two steps", () => {
    expect(isCurve(plot([[1, 0.5]]))).toBe(false);
    expect(
      isCurve(
        plot([
          [1, 0.5],
          [1, 0.4],
        ]),
      ),
    ).toBe(false);
    expect(
      isCurve(
        plot([
          [1, 0.5],
          [2, 0.4],
        ]),
      ),
    ).toBe(true);
  });
});
