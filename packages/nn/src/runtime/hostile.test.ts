// A thousand hostile files: none ends the process, holds it up, is opened past the decoder's bounds, or reads a file.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../testing/hostile/open.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** How long one file may take; on an idle machine the slowest takes a second. */
const longestMs = 60_000;

test("a thousand hostile files neither crash nor hang nor read", { timeout: 600_000 }, async () => {
  // The working folder has a file that the files name.
  const folder = mkdtempSync(join(tmpdir(), "lepta-hostile-"));
  writeFileSync(join(folder, "canary.bin"), randomBytes(64));
  const child = spawn(
    process.execPath,
    ["--import", tsx, "--conditions=lepta-source", script, "20261128", "1000", "canary.bin"],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  let last = "";
  let errors = "";
  const kill = (): boolean => child.kill("SIGKILL");
  let watchdog = setTimeout(kill, longestMs);
  child.stderr.on("data", (text) => {
    errors = (errors + text).slice(-2000);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watchdog);
    watchdog = setTimeout(kill, longestMs);
    last = line;
  }
  clearTimeout(watchdog);
  rmSync(folder, { recursive: true });
  // Where it ended early, `last` is the name of the file that did it.
  expect(last, errors).toMatch(/^\{/);
  const tally = JSON.parse(last) as Record<"tried" | "decoded" | "opened" | "ran", number> & { wrong: string[] };
  expect(tally.wrong).toEqual([]);
  expect(tally.tried).toBe(1000);
  // The set is worth something only if some of its files come through, and most do not.
  expect(tally.ran).toBeGreaterThan(100);
  expect(tally.opened).toBeLessThan(700);
});
