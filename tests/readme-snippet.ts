// Runs the snippet of a package's README and compares what it prints with what its comments say.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";

/** @param lines how many `console.log(…); // …` lines the first TypeScript block of packages/NAME/README.md has */
export async function expectReadmePrints(name: string, lines: number): Promise<void> {
  const text = await readFile(new URL(`../packages/${name}/README.md`, import.meta.url), "utf8");
  const snippet = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
  const said = [...snippet.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]!);
  expect(said.length).toBe(lines);
  // Inside the workspace, where the package is found by name as a user finds it.
  const cache = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, `lepta-${name}-readme-`));
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
}
