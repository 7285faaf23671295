// The list of stages is what the docs and the help say of them, and what a stage works with holds nothing of a product.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { shipCommand } from "../../commands/ship.ts";
import type { Product } from "../../product/define.ts";
import { emptyLine } from "../stage-line.ts";
import type { StageTools, ToolParts } from "../tools.ts";
import { dataStage } from "./data.ts";
import { evaluateStage } from "./evaluate.ts";
import { productStages } from "./index.ts";

const { stages } = productStages;
const read = (path: string): string => readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8");

describe("the docs", () => {
  test("the guide's table is the list", () => {
    const rows = read("docs/guide/from-a-table-to-an-invoice.md")
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows.slice(2)).toEqual(stages.map(({ name, help }) => [name, help.does, help.dependsOn]));
  });

  test("the README names them in their order", () => {
    expect(read("README.md")).toContain(stages.map(({ name }) => `**${name}**`).join(" → "));
  });

  test("lepta ship --help lists them", () => {
    let help = "";
    shipCommand()
      .configureOutput({
        writeOut: (text) => {
          help += text;
        },
      })
      .outputHelp();
    const lines = /Stages:\n((?: {2}.*\n)*)/.exec(help)?.[1]?.trim().split("\n") ?? [];
    expect(lines.map((line) => line.trim().split("  ")[0]?.trim())).toEqual(stages.map(({ name }) => name));
  });
});

describe("what a stage works with", () => {
  test("is the input that was hashed and tools that are made without the product", () => {
    type Tools =
      | "runId"
      | "report"
      | "signal"
      | "url"
      | "client"
      | "home"
      | "dataFile"
      | "fileHash"
      | "table"
      | "folder";
    expectTypeOf<keyof StageTools>().toEqualTypeOf<Tools | "inputHash">();
    expectTypeOf<keyof ToolParts>().toEqualTypeOf<"runId" | "served" | "dataFile" | "kept" | "report" | "signal">();
    expectTypeOf<Extract<StageTools[keyof StageTools], Product>>().toBeNever();
    expectTypeOf(dataStage.run).parameters.toEqualTypeOf<[Awaited<ReturnType<typeof dataStage.input>>, StageTools]>();
    expectTypeOf(evaluateStage.run).parameters.toEqualTypeOf<
      [Awaited<ReturnType<typeof evaluateStage.input>>, StageTools]
    >();
  });

  test("a stage does not compile that asks for the output of one after it", () => {
    // @ts-expect-error: the line has no stage yet, and evaluate asks for data and train.
    expect(() => emptyLine.with(evaluateStage)).not.toThrow();
  });

  test("no file of the stages opens a product file, and each stage is in the list", () => {
    const folder = new URL(".", import.meta.url);
    const files = readdirSync(folder).filter((name) => !name.endsWith(".test.ts") && name !== "index.ts");
    expect(files.map((name) => name.replace(".ts", "")).sort()).toEqual(stages.map(({ name }) => name).sort());
    for (const file of [...files, "../tools.ts", "../trained.ts", "../champion.ts"])
      expect(readFileSync(new URL(file, folder), "utf8"), file).not.toMatch(/product\/(define|load)\.ts/);
  });
});
