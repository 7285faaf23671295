// A process that takes training steps on demand. Lines in: "steps N", "report". Lines out, JSON: first { ready },
// once a first loss is known; then for each line { ms } a step, or the report.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Command {
  readonly peer: string;
  readonly program: string;
  readonly args: readonly string[];
}

export interface Report {
  /** Numbers that are trained. */
  readonly parameters: number;
  readonly steps: number;
  /** Means of the first and the last eight steps. */
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly peakMb: number;
}

export interface Peer {
  readonly name: string;
  /** Milliseconds from the start of the process until a first loss was known. */
  readonly firstStepMs: number;
  /** Takes `count` steps, or a few more, and returns the milliseconds of one. */
  steps(count: number): Promise<number>;
  report(): Promise<Report>;
  end(): Promise<void>;
}

/** Starts a peer; rejects with the last line that it wrote when it ends before its first step. */
export async function startPeer({ peer, program, args }: Command): Promise<Peer> {
  const begin = performance.now();
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const line = await Promise.race([lines.next(), failed]);
    if (!line.done) return JSON.parse(line.value) as T;
    throw new Error(errors.trimEnd().split("\n").at(-1) || "it ended without a word");
  };
  const ask = <T>(line: string): Promise<T> => {
    child.stdin?.write(`${line}\n`);
    return next<T>();
  };
  await next();
  const firstStepMs = performance.now() - begin;
  return {
    name: peer,
    firstStepMs,
    steps: async (count) => (await ask<{ ms: number }>(`steps ${count}`)).ms,
    report: () => ask<Report>("report"),
    async end() {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
