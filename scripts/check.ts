// `npm run check`: types, lint, arrows, generated files, docs, unused code; every check runs, the failures are listed at the end.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

interface Check {
  readonly name: string;
  /** What the check proves, for the person who reads a failure. */
  readonly proves: string;
  readonly command: readonly string[];
}

const tsx = ["node", "--import", "tsx", "--conditions=lepta-source"];

const checks: readonly Check[] = [
  { name: "types", proves: "every package and test compiles under the strict settings", command: ["npx", "tsc", "-b"] },
  {
    name: "lint",
    proves: "format, lint rules and import arrows hold, and no files import each other in a circle",
    command: ["npx", "biome", "check", "--error-on-warnings", "."],
  },
  {
    name: "arrows",
    proves: "biome.arrows.json holds the table of scripts/arrows.ts",
    command: [...tsx, "scripts/arrows.ts", "--check"],
  },
  { name: "docs", proves: "every error code has its page, every link resolves", command: [...tsx, "scripts/docs.ts"] },
  {
    name: "onnx",
    proves: "the code generated from onnx.proto is fresh",
    command: ["npm", "run", "--silent", "generate:onnx", "-w", "@lepta/nn", "--", "--check"],
  },
  {
    name: "csv",
    proves: "the WebAssembly module that reads CSV is built from its source as it stands",
    command: ["npm", "run", "--silent", "generate:csv", "-w", "@lepta/data", "--", "--check"],
  },
  {
    name: "migrations",
    proves: "the SQL migrations equal the drizzle schema",
    command: ["npm", "run", "--silent", "migrations:check", "-w", "@lepta/server"],
  },
  {
    name: "packages",
    proves: "what would be published resolves (after types, which builds it)",
    command: [
      "sh",
      "-c",
      "for name in nn data ml api server lepta; do npx publint --strict packages/$name || exit 1; done",
    ],
  },
  { name: "unused", proves: "no unused file, export or dependency", command: ["npx", "knip", "--no-progress"] },
];

const only = process.argv.slice(2);
const failed: string[] = [];
let ran = 0;
for (const check of checks) {
  if (only.length > 0 && !only.includes(check.name)) continue;
  ran++;
  const started = performance.now();
  const [program, ...args] = check.command;
  const run = spawnSync(program as string, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (run.status === 0) {
    console.log(`ok    ${check.name.padEnd(11)} ${seconds.padStart(5)} s  ${check.proves}`);
    continue;
  }
  failed.push(check.name);
  console.log(`FAIL  ${check.name.padEnd(11)} ${seconds.padStart(5)} s  ${check.command.join(" ")}`);
  console.log(`${run.stdout}${run.stderr}`.trimEnd().replace(/^/gm, "      "));
}
console.log(
  `\nchecks: ${ran - failed.length} passed, ${failed.length} failed${failed.length > 0 ? ` (${failed.join(", ")})` : ""}`,
);
process.exit(failed.length === 0 ? 0 : 1);
