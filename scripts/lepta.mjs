// Runs the CLI from its sources: `node scripts/lepta.mjs <verb> …`, nothing built before.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../packages/lepta/src/bin.ts", import.meta.url));
const child = spawn(
  process.execPath,
  ["--conditions=lepta-source", "--import", import.meta.resolve("tsx"), bin, ...process.argv.slice(2)],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
