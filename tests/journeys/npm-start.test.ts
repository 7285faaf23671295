// README's first minute as written: `npm start`, then its client against that server.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, root, temporaryDirectory } from "./cli.ts";
import { storeKey } from "./server.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const snippets = [...readme.matchAll(/```ts\n(\/\/ (\w+\.ts)\n[\s\S]*?)```/g)];
const snippet = (name: string): string => snippets.find(([, , file]) => file === name)?.[1] ?? "";
// As the README says how a file is run in this repository.
const howToRun = /`node ([^`]*) client\.ts`/.exec(readme)?.[1] ?? "";
const address = "http://127.0.0.1:7080";

let home = "";
// Inside the workspace, where "lepta" is found by name.
const place = join(root, "examples", `.npm-start-${process.pid}`);
let server: ChildProcess;
let url = "";

beforeAll(async () => {
  home = temporaryDirectory();
  mkdirSync(place, { recursive: true });
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
  const [program, ...args] = scripts.start.split(" ") as [string, ...string[]];
  expect(program).toBe("node");
  // The port alone is another than a user's: 7080 may be taken on the machine that tests.
  const { DATABASE_URL: _, LEPTA_URL: __, LEPTA_API_KEY: ___, ...environment } = process.env;
  server = spawn(process.execPath, [...args, "--port", "0", "--cors", "https://shop.example"], {
    cwd: root,
    env: { ...environment, LEPTA_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const hear = (text: Buffer): void => {
      said += text.toString("utf8");
      const at = /API +(http:\S+)/.exec(said)?.[1];
      // It answers before: the product is deployed once the summary is there.
      if (at !== undefined && said.includes("Ctrl-C ends it.")) resolve(at);
    };
    server.stdout?.on("data", hear);
    server.stderr?.on("data", hear);
    server.on("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)));
  });
}, 240_000);

afterAll(async () => {
  if (server?.exitCode === null) {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
  }
  remove(place);
  remove(home);
});

test("README's client runs against npm start's server", async () => {
  const client = snippet("client.ts");
  expect(client).toContain(address);
  expect(howToRun).not.toBe("");
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  writeFileSync(join(place, "client.ts"), client.replace(address, url));
  const { stdout } = await promisify(execFile)(process.execPath, [...howToRun.split(" "), "client.ts"], {
    cwd: place,
    env: { ...process.env, LEPTA_API_KEY: storeKey(home) },
  });
  // label, probability, variant
  expect(stdout).toMatch(/^(good|bad) 0\.\d+ (champion|challenger)\n$/);
  const asked = await fetch(`${url}/v1/predictions?limit=1`, {
    headers: { authorization: `Bearer ${storeKey(home)}` },
  });
  const { items } = (await asked.json()) as { items: { product: string; feedback: unknown }[] };
  expect(items).toMatchObject([{ product: "credit", feedback: { label: "bad" } }]);
}, 60_000);

test("its server lets in whom ship's options say", async () => {
  const from = async (origin: string): Promise<string | null> =>
    (await fetch(`${url}/health`, { headers: { origin } })).headers.get("access-control-allow-origin");
  expect(await from("https://shop.example")).toBe("https://shop.example");
  expect(await from("https://other.example")).toBeNull();
});
