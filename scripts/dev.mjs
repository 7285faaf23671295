// `npm run dev`: the server from its sources on 127.0.0.1:7080, started anew on every change, and the console with hot
// reload on 127.0.0.1:5173, which passes API calls on to it. Arguments go to `lepta serve`.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const room = join(root, "packages/console");
const tsx = createRequire(import.meta.url).resolve("tsx/cli");
const vite = join(createRequire(join(room, "package.json")).resolve("vite/package.json"), "../bin/vite.js");

const server = ["watch", "--clear-screen=false", "--conditions=lepta-source", join(root, "packages/lepta/src/bin.ts")];
// Each in a process group of its own: Ctrl-C reaches this process alone, which ends both once and lets the server close
// its store; a second signal would make tsx kill it.
const options = { stdio: ["ignore", "inherit", "inherit"], detached: process.platform !== "win32" };
const children = [
  spawn(process.execPath, [tsx, ...server, "serve", ...process.argv.slice(2)], options),
  spawn(process.execPath, [vite, "--clearScreen", "false"], { ...options, cwd: room }),
];

let ending = false;
/** One ends, both end. */
function end(code) {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  for (const child of children) if (child.exitCode === null) child.kill("SIGTERM");
}
for (const child of children) child.on("exit", (code) => end(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => end(0));
