// The training programs' command lines: what is wrong is said in one line, with exit code 2 and no stack.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "training-programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function call(program: string, given: readonly string[]) {
  const node = ["--import", "tsx", "--conditions=lepta-source", join(root, program), ...given];
  return spawnSync(process.execPath, node, { cwd: root, encoding: "utf8" });
}

test.each<[string, string, readonly string[]]>([
  ["examples/cifar10/train.ts", "there is no", ["--data", join(folder, "nope")]],
  ["examples/cifar10/train.ts", "has no index.csv", ["--data", folder]],
  ["examples/cifar10/train.ts", "Unknown option '--epoch'", ["--epoch", "3"]],
  ["examples/cifar10/train.ts", '--epochs takes a whole number of 1 or more, not "zero"', ["--epochs", "zero"]],
  ["examples/cifar10/compare-pytorch.ts", "Give --data", []],
  ["bench/train.ts", '--rounds takes whole numbers above 0, not "x"', ["--rounds", "x"]],
  ["bench/train.ts", "Unknown option '--round'", ["--round", "3"]],
])("%s: %s", (program, message, given) => {
  const { status, stderr } = call(program, given);
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
  expect(status).toBe(2);
});

test.each(["examples/cifar10/train.ts", "bench/train.ts"])("%s: --help", (program) => {
  const { status, stdout } = call(program, ["--help"]);
  expect(stdout).toMatch(/^Options: .*\n$/);
  expect(status).toBe(0);
});
