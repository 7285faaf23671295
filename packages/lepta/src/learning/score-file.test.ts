// A table to score: the target reads as it was learnt, and a column that is not there is named.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnOf } from "@lepta/data";
import type { Manifest } from "@lepta/ml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetType } from "./outcomes.ts";
import { readForModel } from "./score-file.ts";

test.each([
  [["0", "1"], "number"],
  [["-1", "0", "2.5"], "number"],
  [["01", "02"], "category"],
  [["1", "1.0"], "category"],
  [["1", "two"], "category"],
  [["NaN", "1"], "category"],
  [["false", "true"], "boolean"],
  [["bad", "good"], "category"],
])("classes %j read as %s", (classes, type) => {
  expect(targetType({ kind: "class", classes, positive: null, threshold: null })).toBe(type);
});

describe("readForModel", () => {
  const manifest = {
    outcome: { kind: "class", classes: ["01", "02"], positive: null, threshold: null },
    target: "code",
    targetReading: { type: "category", missing: [] },
    inputs: [{ name: 'a "quoted" size', type: "number", reading: { type: "number", missing: ["NA"] } }],
  } as unknown as Manifest;
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lepta-score-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("keeps classes such as 01", async () => {
    const path = join(folder, "codes.csv");
    await writeFile(path, '"a ""quoted"" size",code\n1,01\n2,02\n');
    const table = await readForModel(path, manifest, { withTarget: true });
    expect(columnOf(table, "code").data).toEqual(["01", "02"]);
  });

  test.each([
    ["a column of the model", "size,code\n1,01\n", /has no column "a "quoted" size", which the model takes/],
    ["the target", '"a ""quoted"" size",kode\n1,01\n', /has no column "code", the target/],
  ])("names %s that is not there", async (_, text, message) => {
    const path = join(folder, "lacking.csv");
    await writeFile(path, text);
    await expect(readForModel(path, manifest, { withTarget: true })).rejects.toMatchObject({
      code: "columns-mismatch",
      message: expect.stringMatching(message),
    });
  });
});
