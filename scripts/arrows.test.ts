// Proves that the linter refuses an import against the house's arrows, and lets the allowed ones pass.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Lints one file that holds one import, placed in the house; true if Biome's import rule refuses it. */
function refused(file: string, specifier: string): boolean {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import { thing } from "${specifier}";\n\nexport const kept: unknown = thing;\n`);
  const run = spawnSync(join(root, "node_modules/.bin/biome"), ["lint", "--reporter=json", path], {
    cwd: dir,
    encoding: "utf8",
  });
  rmSync(path);
  return run.stdout.includes("noRestrictedImports");
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

  test("biome.json holds the table", () => {
    const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
    expect(config.overrides).toEqual(arrowOverrides());
  });
});
