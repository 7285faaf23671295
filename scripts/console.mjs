// Builds the console when its sources are newer than its build; says nothing when there is nothing to do.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const room = join(root, "packages/console");
const dist = join(room, "dist");
/** Holds the hash of the sources that dist was built from. */
const stamp = join(dist, ".sources");
const sources = ["index.html", "package.json", "vite.config.ts", "public", "src"].map((name) => join(room, name));
const sourcesOfApi = join(root, "packages/api/src");

/**
 * Brings packages/console/dist up to date. Two processes may do so at once: each builds aside and moves its result in.
 * @returns the folder, for the server's consoleDir
 */
export function ensureConsole() {
  const hash = hashOf([...sources, sourcesOfApi, join(root, "package-lock.json")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return dist;
  const aside = join(root, "dist", `console-build-${process.pid}`);
  mkdirSync(aside, { recursive: true });
  try {
    const vite = join(createRequire(join(room, "package.json")).resolve("vite/package.json"), "../bin/vite.js");
    const build = spawnSync(
      process.execPath,
      [vite, "build", "--logLevel", "warn", "--outDir", join(aside, "new"), "--emptyOutDir"],
      { cwd: room, encoding: "utf8", env: { ...process.env, NODE_ENV: "production" } },
    );
    if (build.status !== 0) throw new Error(`the console does not build:\n${build.stdout ?? ""}${build.stderr ?? ""}`);
    writeFileSync(join(aside, "new/.sources"), hash);
    moveIn(aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return dist;
}

/** Puts the build in dist's place; another process may do the same at this moment, then the later one stands. */
function moveIn(aside) {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(dist)) renameSync(dist, join(aside, `old-${attempt}`));
      renameSync(join(aside, "new"), dist);
      return;
    } catch (error) {
      if (attempt === 10 || !["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code)) throw error;
    }
  }
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesUnder)) hash.update(`${relative(root, path)}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

function filesUnder(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [path] : [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    ensureConsole();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
