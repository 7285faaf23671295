// A stage runs once for equal inputs and code, again for others, and again when its output no longer holds.
import { describe, expect, test } from "vitest";
import type { PipelineEvent } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { StageLog } from "../store/stage-log.ts";
import { runStage, type StageRunner } from "./run-stage.ts";
import type { RunTools } from "./tools.ts";

interface World {
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
  const world: World = { runs: 0, holds: true };
  const { signal } = new AbortController();
  const report = (event: PipelineEvent): void => void events.push(event);
  const runner: StageRunner = {
    tools: { report, signal } as RunTools,
    log,
    codeVersion: "1",
    order: ["double"],
  };
  const double = {
    name: "double",
    async run({ value }: { value: number }) {
      world.runs++;
      if (value < 0) throw new Error("negative");
      return { doubled: value * 2 };
    },
    holds: async () => world.holds,
    describe: ({ doubled }: { doubled: number }) => [`doubled ${doubled}`],
    summary: (output: { doubled: number }) => output,
  };
  return { runner, events, ends, stored, world, double };
}

describe("runStage", () => {
  test("equal input: reused, with the same output and figures", async () => {
    const { runner, world, events, double } = runnerWith();
    const first = await runStage(runner, double, { value: 3 });
    const second = await runStage(runner, double, { value: 3 });
    expect([first.status, second.status, world.runs]).toEqual(["done", "reused", 1]);
    expect(second.output).toEqual({ doubled: 6 });
    expect(events.at(-1)).toMatchObject({ type: "stage-end", status: "reused", lines: ["doubled 6"] });
  });

  test("other input, or other code: run again", async () => {
    const { runner, world, double } = runnerWith();
    await runStage(runner, double, { value: 3 });
    await runStage(runner, double, { value: 4 });
    const third = await runStage({ ...runner, codeVersion: "2" }, double, { value: 3 });
    expect([third.status, world.runs]).toEqual(["done", 3]);
  });

  test("an output that no longer holds is made again", async () => {
    const { runner, world, double } = runnerWith();
    await runStage(runner, double, { value: 3 });
    world.holds = false;
    expect((await runStage(runner, double, { value: 3 })).status).toBe("done");
    expect(world.runs).toBe(2);
  });

  test("a failure is recorded and thrown", async () => {
    const { runner, ends, events, double } = runnerWith();
    await expect(runStage(runner, double, { value: -1 })).rejects.toThrow("negative");
    expect(ends).toEqual(["failed"]);
    expect(events.at(-1)).toMatchObject({ type: "stage-end", status: "failed" });
  });

  test("a failure that cannot be recorded is still the one that is thrown", async () => {
    const { runner, double } = runnerWith();
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
    const { runner } = runnerWith();
    let runs = 0;
    const stage = {
      name: "any",
      run: async (_: JsonObject) => ({ runs: ++runs }),
      describe: () => [],
      summary: (output: JsonObject) => output,
    };
    await runStage(runner, stage, { a: 1, b: [1, { c: null, d: "x" }] });
    await runStage(runner, stage, { b: [1, { d: "x", c: null }], a: 1, z: undefined });
    expect(runs).toBe(1);
  });

  test("a stage is handed a copy of what was hashed: nothing that is no JSON comes through it", async () => {
    const { runner } = runnerWith();
    const handed: unknown[] = [];
    const stage = {
      name: "any",
      run: async (input: JsonObject) => {
        handed.push(input);
        return {};
      },
      describe: () => [],
      summary: () => ({}),
    };
    const nested = { b: 1 };
    const smuggled = { a: nested, product: undefined, secret: () => "the product" } as unknown as JsonObject;
    await runStage(runner, stage, smuggled);
    expect(handed).toEqual([{ a: { b: 1 } }]);
    expect(Object.keys(handed[0] as object)).toEqual(["a"]);
    expect((handed[0] as { a: object }).a).not.toBe(nested);
  });
});
