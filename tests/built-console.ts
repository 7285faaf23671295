// The console's build, made where it is not up to date.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @returns the folder, for the server's consoleDir */
export function builtConsole(): string {
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/console.mjs", import.meta.url))]);
  return fileURLToPath(new URL("../packages/console/dist", import.meta.url));
}
