// ONNX Runtime in a worker thread: this side of the messages. The script of the thread is worker/engine.worker.mjs.
import { Worker } from "node:worker_threads";
import { nativeOptions } from "./native-options.node.ts";
import { openSession } from "./ort-session.ts";
import { probe } from "./probe.node.ts";
import type { Call } from "./remote.ts";
import { remoteRuntime, waitingCalls } from "./remote.ts";
import type { Engine } from "./session.ts";

/** The longest that the end of a process waits for a run in flight. */
const longestWaitMs = 60_000;

/** Threads that run. A process that ends while one is inside of native code would be aborted instead. */
const running = new Set<Int32Array>();

function waitForAll(): void {
  for (const flags of running) {
    Atomics.store(flags, 1, 1);
    for (let left = Atomics.load(flags, 0); left > 0; left = Atomics.load(flags, 0)) {
      if (Atomics.wait(flags, 0, left, longestWaitMs) === "timed-out") break;
    }
  }
}

/** Starts the thread; what goes wrong there is the error of the call that is under way. */
export function startWorker(): Engine {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("../../worker/engine.worker.mjs", import.meta.url), {
    workerData: flags.buffer,
    // Flags of this process (loaders, conditions) are not the worker's: it is plain JavaScript.
    execArgv: [],
  });
  worker.unref();
  if (running.size === 0) process.on("exit", waitForAll);
  running.add(flags);

  const waiting = waitingCalls();
  worker.on("message", (message) => {
    waiting.answer(message);
    if (waiting.size === 0) worker.unref();
  });
  worker.on("error", waiting.end);
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      running.delete(flags);
      if (running.size === 0) process.off("exit", waitForAll);
      waiting.end(new Error("The engine's thread has ended."));
      resolve();
    });
  });
  const call: Call = (operation, fields, transfer = []) =>
    waiting.add((id) => {
      // A call under way keeps the process alive; an idle engine does not.
      worker.ref();
      worker.postMessage({ id, operation, ...fields }, transfer);
    });
  const runtime = { ...remoteRuntime({ call, sessionOptions: nativeOptions, moves: true }), probe };

  return {
    createSession: (model, options) => openSession(runtime, model, options),
    async close() {
      if (waiting.failure === undefined) await call("close", {}).catch(() => {});
      worker.ref();
      await exited;
    },
  };
}
