// ONNX Runtime in a process of its own, which is ended where a model takes too long or too much, and which a fault in
// native code ends alone. The script of the process is worker/engine.process.mjs.
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { NnError } from "../errors.ts";
import { nativeOptions } from "./native-options.node.ts";
import { openSession } from "./ort-session.ts";
import type { Call } from "./remote.ts";
import { remoteRuntime, waitingCalls } from "./remote.ts";
import type { Engine, ProcessLimits } from "./session.ts";

export interface ProcessEngine extends Engine {
  readonly call: Call;
  /** Why the process is no more; undefined while it is. */
  readonly failure: Error | undefined;
  /** Ends the process at once. */
  kill(reason: string): void;
}

const script = fileURLToPath(new URL("../../worker/engine.process.mjs", import.meta.url));
/** What the process may see of the environment: where libraries lie, and none of the secrets. */
const passed = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"];
/** Between two looks at a process's memory; runs that are over sooner are not looked at. */
const lookMs = 50;
const pageBytes = 4096;

const running = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of running) child.kill("SIGKILL");
};

/** Bytes of memory that a process has now; undefined where the system does not tell. */
function residentBytes(pid: number | undefined): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * pageBytes;
  } catch {
    return undefined;
  }
}

/** Starts the process. */
export function startProcess(limits: ProcessLimits = {}): ProcessEngine {
  const { runTimeoutMs = 10_000, openTimeoutMs = 60_000, memoryBytes = 2 ** 31 } = limits;
  const child = fork(script, {
    serialization: "advanced",
    // Flags of this process (loaders, conditions) are not the other's: it is plain JavaScript.
    execArgv: [],
    cwd: dirname(script),
    env: Object.fromEntries(passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  if (running.size === 0) process.on("exit", killAll);
  running.add(child);
  // A call under way keeps this process alive; an idle engine does not.
  const hold = (held: boolean): void => {
    for (const handle of [child, child.channel]) handle?.[held ? "ref" : "unref"]();
  };
  hold(false);

  const waiting = waitingCalls();
  let reason: string | undefined;
  const end = (why: string): void =>
    waiting.end(
      new NnError(
        "session-ended",
        `The session's process has ended: ${why}.`,
        "Open the session again. Where a limit ended it, give it fewer rows at a time, or raise the limit.",
      ),
    );
  child.on("message", (message: Parameters<typeof waiting.answer>[0]) => {
    waiting.answer(message);
    if (waiting.size === 0) hold(false);
  });
  child.on("error", ({ message }) => end(message));
  const exited = new Promise<void>((resolve) => {
    child.on("exit", (code, signal) => {
      running.delete(child);
      if (running.size === 0) process.off("exit", killAll);
      end(reason ?? (signal === null ? `it exited with ${code}` : `native code ended it by ${signal}`));
      resolve();
    });
  });
  const kill = (why: string): void => {
    reason ??= why;
    child.kill("SIGKILL");
  };

  const call: Call = async (operation, fields) => {
    const limitMs = operation === "create" ? openTimeoutMs : runTimeoutMs;
    const timeout = setTimeout(() => kill(`a run took longer than ${limitMs} ms`), limitMs);
    const look = setInterval(() => {
      const used = residentBytes(child.pid) ?? 0;
      if (used > memoryBytes) kill(`it took ${Math.round(used / 2 ** 20)} MiB of memory`);
    }, lookMs);
    try {
      return await waiting.add((id) => {
        hold(true);
        child.send({ id, operation, ...fields }, (error) => error && waiting.answer({ id, error: error.message }));
      });
    } finally {
      clearTimeout(timeout);
      clearInterval(look);
    }
  };
  const runtime = remoteRuntime({ call, sessionOptions: nativeOptions, moves: false });

  return {
    call,
    kill,
    get failure() {
      return waiting.failure;
    },
    createSession: (model, options) => openSession(runtime, model, options),
    async close() {
      if (waiting.failure === undefined) await call("close", {}).catch(() => kill("it was closed"));
      hold(true);
      await exited;
    },
  };
}
