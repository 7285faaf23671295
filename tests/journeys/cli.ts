// Runs the command line as its users do: another process, its own store, its output read.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "packages/lepta/src/bin.ts");

/** A new directory that the caller removes. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "lepta-journey-"));
}

export function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

export interface CliOptions {
  /** Working directory. Default: the repository's root. */
  readonly cwd?: string;
  /** The store. Default: `.lepta` in the working directory. */
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly done: Promise<CliResult>;
  /** Both streams so far. */
  output(): string;
  /** Resolves when the output holds `text`; rejects when the process ends before. */
  saw(text: string | RegExp): Promise<void>;
}

/** Starts `lepta …args` from the sources, one process, no shell. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { DATABASE_URL: _, LEPTA_HOME: __, LEPTA_API_KEY: ___, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    ["--conditions=lepta-source", "--import", import.meta.resolve("tsx"), bin, ...args],
    {
      cwd: options.cwd ?? root,
      env: { ...inherited, ...(options.home ? { LEPTA_HOME: options.home } : {}), ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const hear = (): void => {
    for (const listener of [...listeners]) listener();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    hear();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    hear();
  });
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    done,
    output: () => stdout + stderr,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const all = stdout + stderr;
          if (typeof text === "string" ? all.includes(text) : text.test(all)) {
            listeners.delete(check);
            resolve();
          }
        };
        listeners.add(check);
        check();
        void done.then(({ code }) =>
          reject(new Error(`ended with ${code} before ${text} was seen:\n${stdout}${stderr}`)),
        );
      }),
  };
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done;
}

/** Runs with --json; fails when the exit code is not 0 or stdout is not one JSON document. */
export async function runJson<T>(args: readonly string[], options: CliOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, "--json"], options);
  if (code !== 0) throw new Error(`lepta ${args.join(" ")} ended with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout) as T;
}
