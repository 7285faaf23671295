// What each package's `prepack` runs, in the package's folder: brings its dist up to date and takes out what no source
// stands behind any more.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureConsole } from "./console.mjs";

const room = process.cwd();

/** A build keeps the files of sources that were removed or renamed. */
function removeStale() {
  const dist = join(room, "dist");
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const match = /^(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(entry.name);
    if (!entry.isFile() || match === null) continue;
    const source = join(room, "src", entry.parentPath.slice(dist.length), match[1]);
    if (!existsSync(`${source}.ts`) || source.endsWith(".test")) rmSync(join(entry.parentPath, entry.name));
  }
}

function build() {
  removeStale();
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  // What is missing of the emitted files is written again only without the record of the build before.
  if (!existsSync(join(room, "dist/index.js"))) rmSync(join(room, "dist/.tsbuildinfo"), { force: true });
  const run = spawnSync(process.execPath, [tsc, "-b", room], { stdio: ["ignore", "inherit", "inherit"] });
  if (run.status !== 0) process.exit(1);
}

if (basename(room) === "console") ensureConsole();
else build();
