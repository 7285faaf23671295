// `npm run install-check`: packs every package, installs the tarballs into an empty folder with npm's plain configuration,
// and does there what a user does. Skipped by name where the npm registry is not reachable.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageSays } from "./install-check/page.ts";
import { client, ordersCsv, pageHtml, pageScript, tsconfig } from "./install-check/programs.ts";
import { folderMegabytes, npmEnvironment, run, type Server, startLepta } from "./install-check/run.ts";
import { tarballProblems } from "./install-check/tarballs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const registry = "https://registry.npmjs.org/";

async function reachable(): Promise<boolean> {
  try {
    return (await fetch(`${registry}zod/latest`, { signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false;
  }
}

let step = "";
let since = performance.now();
function begin(name: string): void {
  if (step !== "") console.log(`  ${((performance.now() - since) / 1000).toFixed(0)} s`);
  since = performance.now();
  step = name;
  console.log(`install-check: ${name}`);
}
function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function main(place: string): Promise<void> {
  begin("pack");
  await run("npm", ["run", "--silent", "pack"], root, process.env);
  const folder = join(root, "dist/packages");
  const tarballs = readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => join(folder, name));
  const problems = tarballs.flatMap(tarballProblems);
  expect(problems.length === 0, problems.join("\n"));

  begin("install the tarballs into an empty folder");
  const environment = npmEnvironment(place, registry);
  const app = join(place, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const installed = await run("npm", ["install", ...tarballs], app, environment);
  expect(!/EBADENGINE|deprecated/.test(installed), `npm warns:\n${installed}`);
  console.log(`  node_modules: ${folderMegabytes(join(app, "node_modules"))} MB`);
  const lepta = (...args: string[]): Promise<string> => run("npx", ["--no", "--", "lepta", ...args], app, environment);

  begin("npx lepta");
  expect(/^\d+\.\d+\.\d+/.test(await lepta("--version")), "lepta --version prints no release");
  writeFileSync(join(app, "orders.csv"), ordersCsv());

  begin("npx lepta init");
  const found = JSON.parse(await lepta("init", "--json")) as { target: { name: string }; leftOut: { name: string }[] };
  expect(found.target.name === "returned", `init takes ${found.target.name} for the target`);
  expect(found.leftOut.map(({ name }) => name).join() === "order", "init does not leave the counter out");

  begin("npx lepta ship");
  const shipped = JSON.parse(await lepta("ship", "product.ts", "--once", "--json")) as { stages: unknown[] };
  expect(shipped.stages.length === 7, "ship did not run its seven stages");

  begin("the typed client under tsc, NodeNext and bundler, without skipLibCheck");
  await run("npm", ["install", "--save-dev", "typescript@6", "vite@8", "@types/node@20"], app, environment);
  writeFileSync(join(app, "client.ts"), client);
  for (const module of ["NodeNext", "bundler"] as const) {
    writeFileSync(join(app, `tsconfig.${module}.json`), tsconfig(module));
    await run("npx", ["--no", "--", "tsc", "-p", `tsconfig.${module}.json`], app, environment);
  }

  begin("the typed client against npx lepta ship");
  const server: Server = await startLepta(app, ["ship", "product.ts", "--port", "0"], environment);
  try {
    const said = await run(
      process.execPath,
      ["--import", "tsx", "client.ts", server.url, server.key],
      app,
      environment,
    );
    expect(/"label":"(yes|no)"/.test(said), `the client said ${said}`);

    begin("a page by Vite that trains with @lepta/nn and asks with the typed client");
    writeFileSync(join(app, "index.html"), pageHtml);
    writeFileSync(join(app, "page.ts"), pageScript);
    await run("npx", ["--no", "--", "vite", "build", "--outDir", "page", "--logLevel", "warn"], app, environment);
    const page = await pageSays(join(app, "page"), server);
    if (page === undefined) console.log("  built; not opened: no Chromium here");
    else {
      const { accuracy, label } = JSON.parse(page) as { accuracy: number; label: string };
      expect(accuracy > 0.85 && /^(yes|no)$/.test(label), `the page says ${page}`);
      console.log(`  the page says ${page}`);
    }
  } finally {
    await server.stop();
  }
}

if (!(await reachable())) {
  console.log(`install-check: skipped, ${registry} is not reachable`);
} else {
  const place = mkdtempSync(join(tmpdir(), "lepta-install-"));
  try {
    await main(place);
    console.log("install-check: ok");
  } catch (error) {
    console.error(`install-check failed at: ${step}\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
