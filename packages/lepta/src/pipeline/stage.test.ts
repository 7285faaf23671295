// A stage runs once for equal inputs and code, again for others, and again when its output no longer holds.
import { describe, expect, test } from "vitest";
import type { PipelineEvent } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { StageLog } from "../store/stage-log.ts";
import { runStage, type Stage, type StageRunner } from "./stage.ts";

interface Workplace {
  runs: number;
  holds: boolean;
}

function runnerWith(stored = new Map<string, JsonObject>()) {
  const events: PipelineEvent[] = [];
  const ends: string[] = [];
  const log: StageLog = {
    find: async (stage, hash) => stored.get(stage + hash),
    start: async () => {},
    end: async (stage, _position, hash, result) => {
      ends.push(result.status);
      if (result.status !== "failed") stored.set(stage + hash, result.output);
    },
  };
  const workplace: Workplace = { runs: 0, holds: true };
  const runner: StageRunner<Workplace> = {
    workplace,
    log,
    report: (event) => events.push(event),
    codeVersion: "1",
    signal: new AbortController().signal,
  };
  return { runner, events, ends, stored, workplace };
}

const double: Stage<Workplace, { value: number }, { doubled: number }> = {
  name: "data",
  async run(workplace, { value }) {
    workplace.runs++;
    if (value < 0) throw new Error("negative");
    return { doubled: value * 2 };
  },
  holds: async (workplace) => workplace.holds,
  describe: ({ doubled }) => [`doubled ${doubled}`],
  summary: (output) => output,
};

describe("runStage", () => {
  test("equal input: reused, with the same output and figures", async () => {
    const { runner, workplace, events } = runnerWith();
    const first = await runStage(runner, double, { value: 3 });
    const second = await runStage(runner, double, { value: 3 });
    expect([first.status, second.status, workplace.runs]).toEqual(["done", "reused", 1]);
    expect(second.output).toEqual({ doubled: 6 });
    expect(events.at(-1)).toMatchObject({ type: "stage-end", status: "reused", lines: ["doubled 6"] });
  });

  test("other input, or other code: run again", async () => {
    const { runner, workplace } = runnerWith();
    await runStage(runner, double, { value: 3 });
    await runStage(runner, double, { value: 4 });
    const third = await runStage({ ...runner, codeVersion: "2" }, double, { value: 3 });
    expect([third.status, workplace.runs]).toEqual(["done", 3]);
  });

  test("an output that no longer holds is made again", async () => {
    const { runner, workplace } = runnerWith();
    await runStage(runner, double, { value: 3 });
    workplace.holds = false;
    expect((await runStage(runner, double, { value: 3 })).status).toBe("done");
    expect(workplace.runs).toBe(2);
  });

  test("a failure is recorded and thrown", async () => {
    const { runner, ends, events } = runnerWith();
    await expect(runStage(runner, double, { value: -1 })).rejects.toThrow("negative");
    expect(ends).toEqual(["failed"]);
    expect(events.at(-1)).toMatchObject({ type: "stage-end", status: "failed" });
  });

  test("a failure that cannot be recorded is still the one that is thrown", async () => {
    const { runner } = runnerWith();
    const full = new Error("the disk is full");
    const log: StageLog = {
      ...runner.log,
      end: async () => {
        throw full;
      },
    };
    const failure = await runStage({ ...runner, log }, double, { value: -1 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "negative", also: full });
  });

  test("the order of keys and absent keys do not matter", async () => {
    const { runner, workplace } = runnerWith();
    const stage: Stage<Workplace, JsonObject, { ok: boolean }> = {
      name: "train",
      run: async (b) => {
        b.runs++;
        return { ok: true };
      },
      describe: () => [],
      summary: (output) => output,
    };
    await runStage(runner, stage, { a: 1, b: [1, { c: null, d: "x" }] });
    await runStage(runner, stage, { b: [1, { d: "x", c: null }], a: 1, z: undefined });
    expect(workplace.runs).toBe(1);
  });
});
