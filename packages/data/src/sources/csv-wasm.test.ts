// The module in the repository is the one that its source gives.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

test("csv-wasm.ts is built from assembly/csv.ts as it stands", { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL("../../scripts/generate-csv-wasm.ts", import.meta.url));
  execFileSync(process.execPath, ["--import", "tsx", script, "--check"], { stdio: ["ignore", "ignore", "inherit"] });
});
