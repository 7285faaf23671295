// Runs the README's snippet and compares what it prints with what its comments say.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's snippet prints what it says", async () => {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const snippet = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
  const said = [...snippet.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]!);
  expect(said.length).toBe(4);
  // Inside the workspace, where "@lepta/ml" is found as a user finds it.
  const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, "lepta-ml-readme-"));
  try {
    await writeFile(join(dir, "snippet.mts"), snippet);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=lepta-source", "--import", import.meta.resolve("tsx"), "snippet.mts"],
      { cwd: dir },
    );
    const plain = (printed: string): string => printed.replace(/\s+/g, " ").trim();
    expect(plain(stdout)).toBe(plain(said.join("\n")));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
