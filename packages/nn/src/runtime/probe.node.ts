// Opens a model in another process first, where native code that fails at it ends that process alone.
import { nativeOptions } from "./native-options.node.ts";
import type { Runtime } from "./ort-session.ts";
import type { ProcessEngine } from "./process-engine.node.ts";
import { startProcess } from "./process-engine.node.ts";

/** Memory of the process beside eight times the model's own size. */
const memoryBytes = 2 ** 31;
/** Models up to this size share a process. */
const usualBytes = 2 ** 26;
/** How long the process is kept for the next model. */
const idleMs = 5_000;

function prober(): NonNullable<Runtime["probe"]> {
  let engine: ProcessEngine | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  let sessions = 0;
  let largest = 0;
  const open: NonNullable<Runtime["probe"]> = async (model, options, providers) => {
    clearTimeout(idle);
    if (model.length > largest) await engine?.close();
    if (engine === undefined || engine.failure !== undefined) {
      largest = Math.max(usualBytes, model.length);
      engine = startProcess({ memoryBytes: memoryBytes + 8 * largest });
    }
    const { call, close } = engine;
    const session = ++sessions;
    try {
      await call("create", { session, model, options: nativeOptions(options, providers) });
      await call("release", { session });
    } finally {
      idle = setTimeout(() => void close(), idleMs).unref();
    }
  };
  return (...given) => {
    // One at a time: a model that ends the process must not fail another.
    const next = last.then(() => open(...given));
    last = next.catch(() => {});
    return next;
  };
}

export const probe: NonNullable<Runtime["probe"]> = prober();
