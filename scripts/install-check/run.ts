// Runs programs in the folder of the install check, with npm as a user has it.
import { type ChildProcess, spawn } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** npm's defaults: no configuration of this repository, of this user or of the script that runs us. */
export function npmEnvironment(place: string, registry: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|LEPTA_|DATABASE_URL$|ONNXRUNTIME_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i.test(name),
  );
  const config = join(place, "npmrc");
  writeFileSync(config, `registry=${registry}\n`);
  return { ...Object.fromEntries(kept), npm_config_userconfig: config, npm_config_globalconfig: join(place, "none") };
}

/** @returns both streams' text. Throws where the program fails, with what it said. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  timeoutMs = 300_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let out = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const shown = args.map((arg) => arg.split("/").at(-1)).join(" ");
      if (code === 0) resolve(args.includes("--json") ? out : out + errors);
      else reject(new Error(`${program} ${shown} ended with ${code}:\n${out.slice(-4000)}${errors.slice(-4000)}`));
    });
  });
}

export interface Server {
  readonly url: string;
  /** The store's own. */
  readonly key: string;
  stop(): Promise<void>;
}

/** Starts `lepta …args` and waits until its API is up. */
export async function startLepta(app: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  // Not by npx, which does not pass a signal on: what npx would start.
  const bin = join(app, "node_modules/lepta/bin/lepta.mjs");
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    cwd: app,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let out = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      const found = /API +(http:\S+)/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`lepta ${args.join(" ")} ended before its API was up:\n${out}`)));
  });
  const { key } = JSON.parse(readFileSync(join(app, ".lepta/credentials.json"), "utf8")) as { key: string };
  return {
    url,
    key,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

/** Size of the files under a folder, links counted as links. */
export function folderMegabytes(dir: string): number {
  const bytes = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
  return Math.round(bytes / 1e6);
}
