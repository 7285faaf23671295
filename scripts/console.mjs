// Builds the console when its sources are newer than its build: `node scripts/console.mjs`. Needs the installed workspace.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "packages/console/dist/index.html");
const inputs = [
  "packages/console/src",
  "packages/console/index.html",
  "packages/console/vite.config.ts",
  "packages/api/src",
];

/** Milliseconds of the newest file below. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True when a fresh build lies there. Progress and failures go to stderr. */
export function buildConsole() {
  if (!existsSync(join(root, "packages/console/vite.config.ts"))) return false;
  const changed = Math.max(...inputs.map((path) => newest(join(root, path))));
  if (existsSync(built) && statSync(built).mtimeMs >= changed) return true;
  process.stderr.write("building the console …\n");
  const npm = spawnSync("npm", ["run", "--silent", "build", "-w", "@lepta/console"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (npm.status === 0 && existsSync(built)) return true;
  process.stderr.write(`the console could not be built:\n${npm.stdout}${npm.stderr}`);
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(buildConsole() ? 0 : 1);
