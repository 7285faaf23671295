// Proves that the linter refuses an import against the house's arrows or in a circle, and lets the allowed ones pass.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrowOverrides } from "./arrows.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let dir = "";

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lepta-arrows-"));
  const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  writeFileSync(join(dir, "biome.json"), JSON.stringify({ ...config, vcs: { enabled: false } }));
  copyFileSync(join(root, "biome.arrows.json"), join(dir, "biome.arrows.json"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What Biome says of a file in the folder. */
function lint(path: string): string {
  const biome = join(root, "node_modules/.bin/biome");
  return spawnSync(biome, ["lint", "--reporter=json", path], { cwd: dir, encoding: "utf8" }).stdout;
}

/** Lints one file that holds one import, placed in the house; true if Biome's import rule refuses it. */
function refused(file: string, specifier: string): boolean {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import { thing } from "${specifier}";\n\nexport const kept: unknown = thing;\n`);
  const found = lint(path);
  rmSync(path);
  return found.includes("noRestrictedImports");
}

describe("the arrows", () => {
  test.each([
    ["packages/nn/src/graph/node.ts", "../grad/table.ts"],
    ["packages/nn/src/dtype.ts", "./tensor.ts"],
    ["packages/nn/src/train/fit.ts", "@lepta/data"],
    ["packages/nn/src/train/fit.ts", "onnxruntime-node"],
    ["packages/data/src/profile.ts", "@duckdb/node-api"],
    ["packages/data/src/sources/csv.ts", "@lepta/nn"],
    ["packages/ml/src/features/fit.ts", "../bundle/write.ts"],
    ["packages/server/src/accounts/keys.ts", "../http/app.ts"],
    ["packages/console/src/page.tsx", "@lepta/server"],
    ["packages/api/src/routes.ts", "@lepta/server"],
    ["packages/lepta/src/product/table.ts", "../commands/train.ts"],
    ["packages/ml/src/tasks/a.ts", "../../../nn/src/grad/table.ts"],
    ["packages/nn/src/grad/pooling.ts", "../lower/order.ts"],
    ["packages/nn/src/graph/verify.ts", "../onnx/decode.ts"],
  ])("%s may not import %s", (file, specifier) => {
    expect(refused(file, specifier)).toBe(true);
  });

  test.each([
    ["packages/nn/src/grad/table.ts", "../graph/node.ts"],
    ["packages/nn/src/runtime/session.node.ts", "onnxruntime-node"],
    ["packages/data/src/duck/connection.ts", "@duckdb/node-api"],
    ["packages/ml/src/features/fit.ts", "@lepta/nn"],
    ["packages/server/src/http/predict.ts", "../serving/score.ts"],
    ["packages/lepta/src/commands/train.ts", "@lepta/server"],
  ])("%s may import %s", (file, specifier) => {
    expect(refused(file, specifier)).toBe(false);
  });

  test("biome.arrows.json holds the table, and biome.json extends it", () => {
    const read = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));
    expect(read("biome.arrows.json").overrides).toEqual(arrowOverrides());
    expect(read("biome.json").extends).toEqual(["./biome.arrows.json"]);
  });

  test.each([
    ["values", "import { a } from", "import { b } from"],
    ["types alone", "import type { a } from", "import type { b } from"],
  ])("two files may not import each other, %s", (_, one, other) => {
    const files = [
      ["a.ts", `${other} "./b.ts";\n\nexport const a = 1;\nexport type A = typeof b;\n`],
      ["b.ts", `${one} "./a.ts";\n\nexport const b = 1;\nexport type B = typeof a;\n`],
    ] as const;
    for (const [name, text] of files) writeFileSync(join(dir, name), text);
    expect(lint(join(dir, "a.ts"))).toContain("noImportCycles");
    for (const [name] of files) rmSync(join(dir, name));
  });
});
