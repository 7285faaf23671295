// The version of the code that a stage's result depends on: the release, or the sources themselves when run from them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Release of this package, for example "0.1.0". */
export function leptaVersion(): string {
  const manifest = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** Whose code decides what a stage computes. */
const rooms = ["nn/src", "data/src", "ml/src", "server/src", "lepta/src"];

/** Whose code only asks for it and draws it. */
const drawing = join("lepta", "src", "commands");

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(drawing))
    .sort();
}

/** Equal for equal code. From an installed release it is the release; from the sources, a hash of their content. */
export function codeVersion(): string {
  const release = leptaVersion();
  if (!import.meta.url.endsWith(".ts")) return release;
  const house = join(dirname(fileURLToPath(import.meta.url)), "../../..");
  const hash = createHash("sha256");
  for (const name of rooms)
    for (const file of sourceFiles(join(house, name))) hash.update(file.slice(house.length)).update(readFileSync(file));
  return `${release}+${hash.digest("hex").slice(0, 16)}`;
}
