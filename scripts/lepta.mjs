// Runs the CLI from its sources: `node scripts/lepta.mjs <verb> …`. Nothing is built before, but the console where it will be served.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureConsole } from "./console.mjs";

const args = process.argv.slice(2);
// `lepta … | head`: who has read enough is gone, which is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const asks = args.includes("--help") || args.includes("-h");
// Without a console the API is up all the same; the CLI says so.
if (!asks && (args[0] === "serve" || (args[0] === "ship" && !args.includes("--once")))) {
  try {
    ensureConsole();
  } catch (error) {
    console.error(error.message);
  }
}

const bin = fileURLToPath(new URL("../packages/lepta/src/bin.ts", import.meta.url));
const child = spawn(
  process.execPath,
  ["--conditions=lepta-source", "--import", import.meta.resolve("tsx"), bin, ...args],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
