// Generates src/sources/csv-wasm.ts from assembly/csv.ts with AssemblyScript; --check fails when it is stale.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "src/sources/csv-wasm.ts");
const compiler = fileURLToPath(new URL("../../../node_modules/assemblyscript/bin/asc.js", import.meta.url));
// No objects, so nothing of a runtime and nothing imported.
const options = ["-O3", "--noAssert", "--runtime", "stub", "--use", "abort=", "--enable", "simd"];

function generate(): string {
  const out = mkdtempSync(join(tmpdir(), "csv-wasm-"));
  try {
    const module = join(out, "csv.wasm");
    execFileSync(process.execPath, [compiler, "assembly/csv.ts", ...options, "--outFile", module], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    return `// Generated from assembly/csv.ts: npm run generate:csv -w @lepta/data
/** A WebAssembly module, in base64. */
export const csvWasm =
  "${readFileSync(module).toString("base64")}";
`;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const fresh = generate();
if (!process.argv.includes("--check")) {
  writeFileSync(target, fresh);
} else if (readFileSync(target, "utf8") !== fresh) {
  console.error(`${target} is stale: run npm run generate:csv -w @lepta/data`);
  process.exitCode = 1;
}
