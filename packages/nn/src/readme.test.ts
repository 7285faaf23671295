// The README's program runs as it is written and reaches the accuracy that it states.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's program", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  // Inside the package, so that it finds itself by name; dist is not under version control.
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  mkdirSync(dist, { recursive: true });
  const folder = mkdtempSync(join(dist, "readme-"));
  try {
    writeFileSync(join(folder, "readme.ts"), program);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "--conditions=lepta-source", "readme.ts"],
      { cwd: folder },
    );
    expect(Number(/accuracy (\S+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(0.9);
    expect(existsSync(join(folder, "circle.onnx"))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
