#!/usr/bin/env node
// The `lepta` command: the build where it is installed, the sources as they are in Lepta's own repository.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const workspace = new URL("../../../scripts/lepta.mjs", import.meta.url);
// Packed, this folder has no tsconfig.json.
const fromSources = existsSync(fileURLToPath(new URL("../tsconfig.json", import.meta.url))) && existsSync(workspace);
await import(fromSources ? workspace.href : "../dist/bin.js");
