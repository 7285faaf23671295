#!/usr/bin/env node
// The `lepta` command: the build where it is installed, the sources as they are in Lepta's own repository.
import { existsSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Training runs on Bun; the embedded store, whose database lives in a worker thread, hangs there.
if (process.versions.bun !== undefined) {
  const error =
    "error: lepta runs on Node.js, and this is Bun, on which the embedded store does not open.\n  fix: Run it with Node 20.19 or newer: npx lepta, not bunx --bun lepta.\n code: runtime-unsupported\n";
  writeSync(2, error);
  process.exit(1);
}

const workspace = new URL("../../../scripts/lepta.mjs", import.meta.url);
// Packed, this folder has no tsconfig.json.
const fromSources = existsSync(fileURLToPath(new URL("../tsconfig.json", import.meta.url))) && existsSync(workspace);
await import(fromSources ? workspace.href : "../dist/bin.js");
