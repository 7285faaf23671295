// Keeps the package loadable in a browser, and its generated code fresh.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);

test("only files for Node alone import a Node module", () => {
  const offenders = files.filter(
    (file) =>
      !file.endsWith(".node.ts") &&
      /^(?:import|export)[^;]*from "node:/m.test(readFileSync(join(source, file), "utf8")),
  );
  expect(offenders).toEqual([]);
});

test("only the sessions import ONNX Runtime", () => {
  const importers = files.filter((file) =>
    /from "(?:@lepta\/)?onnxruntime|worker\/ort/.test(readFileSync(join(source, file), "utf8")),
  );
  expect(importers.sort()).toEqual([
    "runtime/native-options.node.ts",
    "runtime/session.node.ts",
    "runtime/session.web.ts",
  ]);
});

test("the code generated from onnx.proto is fresh", () => {
  const script = fileURLToPath(new URL("../scripts/generate-onnx.ts", import.meta.url));
  execFileSync(process.execPath, ["--import", "tsx", script, "--check"]);
});
