// SIGINT and SIGTERM: the first asks for a clean end, a later one does not wait for it.

/**
 * Milliseconds in which further signals count as the first: Ctrl-C reaches every process of the terminal, and a parent
 * such as npm passes its own on.
 */
const echoMs = 2000;

export interface EndSignals {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

export function listenForEnd(): EndSignals {
  const abort = new AbortController();
  let first = 0;
  const hear = (name: NodeJS.Signals): void => {
    if (!abort.signal.aborted) {
      first = performance.now();
      abort.abort();
    } else if (performance.now() - first > echoMs) process.exit(name === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", hear).on("SIGTERM", hear);
  return {
    signal: abort.signal,
    release: () => void process.off("SIGINT", hear).off("SIGTERM", hear),
  };
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
