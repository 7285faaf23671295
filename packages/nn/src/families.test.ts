// Families of operators have one name in every room: what graph/kinds/pooling.ts says of types and shapes, grad/pooling.ts
// says of gradients, tensor/pooling.ts makes a function of, and testing/conformance/pooling.ts tries.
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { GradientCase } from "../testing/finite-differences.ts";
import { gradientRules } from "./grad/rules.ts";
import { catalogue } from "./graph/catalogue.ts";

const room = (path: string): URL => new URL(path, import.meta.url);
const names = (path: string): readonly string[] =>
  readdirSync(room(path))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length));

/** The one table that a family's file exports, or undefined where there is no such file. */
async function tableOf<T>(path: string, suffix: "Ops" | "Rules" | "Cases"): Promise<T | undefined> {
  const url = room(path);
  if (!existsSync(url)) return undefined;
  const tables = Object.entries((await import(url.href)) as Readonly<Record<string, T>>).filter(([name]) =>
    name.endsWith(suffix),
  );
  expect(tables.length, `tables named …${suffix} in ${path}`).toBe(1);
  return tables[0]?.[1];
}

const families = names("./graph/kinds/").filter((name) => name !== "spec");
const operators = new Map<string, readonly string[]>();
for (const family of families) {
  operators.set(family, Object.keys((await tableOf<object>(`./graph/kinds/${family}.ts`, "Ops")) as object));
}

describe("families of operators", () => {
  test("are the catalogue, each operator in one of them", () => {
    expect([...operators.values()].flat().sort()).toEqual(Object.keys(catalogue).sort());
  });

  test.each(families)("%s: gradients stand in the file of that name", async (family) => {
    const rules = (await tableOf<object>(`./grad/${family}.ts`, "Rules")) ?? {};
    const differentiable = (operators.get(family) ?? []).filter((op) => Object.hasOwn(gradientRules, op));
    expect(Object.keys(rules).sort()).toEqual(differentiable.sort());
  });

  test.each(families)("%s: the conformance lines stand in the file of that name", async (family) => {
    const cases = (await tableOf<readonly GradientCase[]>(`../testing/conformance/${family}.ts`, "Cases")) ?? [];
    const differentiable = (operators.get(family) ?? []).filter((op) => Object.hasOwn(gradientRules, op));
    expect([...new Set(cases.map(({ op }) => op))].sort()).toEqual(differentiable.sort());
  });

  test("name the rooms' files, but for those that hold no operators", () => {
    const others = (path: string): readonly string[] => names(path).filter((name) => !families.includes(name));
    expect(others("./tensor/")).toEqual(["custom-gradient", "leaves", "windows"]);
    expect(others("./grad/")).toEqual(["gradients", "norm", "resize", "rule", "rules"]);
    expect(others("../testing/conformance/")).toEqual(["cases", "forms"]);
  });
});
