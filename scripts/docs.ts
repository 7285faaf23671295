// Checks the docs: each error code of the product has a page docs/errors/<code>.md and the reverse, and every relative link in a Markdown file resolves.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const problems: string[] = [];

/** Packages whose src/errors.ts lists the codes they own. */
const owners = ["nn", "data", "ml", "api", "server", "lepta"];

async function codes(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of owners) {
    const file = join(root, "packages", name, "src/errors.ts");
    if (!existsSync(file)) {
      problems.push(`packages/${name}/src/errors.ts is missing: it lists the error codes of the package`);
      continue;
    }
    const module = (await import(file)) as Record<string, unknown>;
    const table = module[`${name}Errors`];
    if (typeof table !== "object" || table === null) {
      problems.push(`packages/${name}/src/errors.ts does not export ${name}Errors`);
      continue;
    }
    for (const code of Object.keys(table)) {
      const other = found.get(code);
      if (other !== undefined) problems.push(`the code ${code} is owned twice: by ${other} and by ${name}`);
      found.set(code, name);
    }
  }
  return found;
}

function markdown(dir: string): string[] {
  const skip = new Set(["node_modules", ".venv", "dist", ".git", ".lepta", "fixtures"]);
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (skip.has(entry.name)) return [];
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return markdown(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const known = await codes();
const pages = new Set(
  readdirSync(join(root, "docs/errors"))
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => file.slice(0, -3)),
);
for (const [code, owner] of known) {
  if (!pages.has(code)) problems.push(`docs/errors/${code}.md is missing (code of ${owner})`);
  else if (!readFileSync(join(root, "docs/errors", `${code}.md`), "utf8").startsWith(`# ${code}\n`))
    problems.push(`docs/errors/${code}.md does not start with "# ${code}"`);
}
for (const page of pages) if (!known.has(page)) problems.push(`docs/errors/${page}.md is the page of no code`);

for (const file of markdown(root)) {
  const text = readFileSync(file, "utf8").replace(/```[\s\S]*?```/g, "");
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const path = (target as string).split("#")[0] as string;
    if (path === "" || /^[a-z]+:/.test(path)) continue;
    if (!existsSync(join(dirname(file), decodeURIComponent(path))))
      problems.push(`${relative(root, file)} links to ${target}, which does not exist`);
  }
}

for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
