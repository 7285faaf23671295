// A run followed by events is the run that a fresh read would give.
import type { Run, RunEvent } from "@lepta/api";
import { describe, expect, it } from "vitest";
import { applyRunEvent } from "./run-events.ts";

const at = "2026-03-10T12:00:00Z";
const empty: Run = {
  id: "0198c0de-0000-7000-8000-000000000001",
  product: "credit",
  status: "running",
  seed: 7,
  headline: null,
  resumable: false,
  startedAt: at,
  finishedAt: null,
  stages: [],
  curves: [],
  lastEvent: 0,
};
const metric = (seq: number, step: number, values: Record<string, number>): RunEvent => ({
  type: "metric",
  seq,
  at,
  stage: "train",
  model: "network",
  step,
  epoch: null,
  values,
});
const follow = (...events: RunEvent[]) => events.reduce(applyRunEvent, empty);

describe("applyRunEvent", () => {
  it("grows curves by name and model", () => {
    const run = follow(metric(1, 0, { loss: 0.7 }), metric(2, 10, { loss: 0.6, validationLoss: 0.65 }));
    expect(run.curves).toEqual([
      {
        stage: "train",
        model: "network",
        name: "loss",
        metric: null,
        points: [
          [0, 0.7],
          [10, 0.6],
        ],
      },
      { stage: "train", model: "network", name: "validationLoss", metric: null, points: [[10, 0.65]] },
    ]);
    expect(run.lastEvent).toBe(2);
  });

  it("keeps points by step, the later value of a step", () => {
    const run = follow(metric(1, 10, { loss: 0.6 }), metric(2, 5, { loss: 0.7 }), metric(3, 10, { loss: 0.5 }));
    expect(run.curves[0]?.points).toEqual([
      [5, 0.7],
      [10, 0.5],
    ]);
  });

  it("ignores what it already holds", () => {
    const run = follow(metric(1, 0, { loss: 0.7 }));
    expect(applyRunEvent(run, metric(1, 0, { loss: 0.9 }))).toBe(run);
  });

  it("opens and closes stages", () => {
    const run = follow(
      { type: "stage", seq: 1, at, stage: "data", status: "reused" },
      { type: "stage", seq: 2, at, stage: "train", status: "running" },
      { type: "stage", seq: 3, at: "2026-03-10T12:00:09Z", stage: "train", status: "done" },
    );
    expect(run.stages.map((s) => [s.name, s.position, s.status, s.finishedAt])).toEqual([
      ["data", 0, "reused", at],
      ["train", 1, "done", "2026-03-10T12:00:09Z"],
    ]);
  });

  it("ends with its status and time", () => {
    const run = follow({ type: "finish", seq: 1, at, status: "failed" });
    expect([run.status, run.finishedAt]).toEqual(["failed", at]);
  });
});
