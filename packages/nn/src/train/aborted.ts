// A training that its signal stops: the error, and waiting that ends with the signal.
import { NnError } from "../errors.ts";

export function abortedError(step: number, signal: AbortSignal | undefined, checkpointKept: boolean): NnError {
  return new NnError(
    "training-aborted",
    `The training was stopped by its signal after step ${step}${checkpointKept ? "; a checkpoint was kept" : ""}.`,
    checkpointKept ? "Pass the checkpoint as `resume` to go on." : "Start it again, or do not abort the signal.",
    signal?.reason,
  );
}

/** What `promise` gives, or undefined when the signal aborts first. Leaves no listener behind. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return promise;
  // Whoever stops waiting does not hear of its failure.
  promise.catch(() => {});
  if (signal.aborted) return undefined;
  let stop: () => void = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const graceMs = 1000;

/** Closes an iteration; one that is in the middle of something is given a second to end, and may fail unheard. */
export async function closeSoon(iteration: AsyncGenerator<unknown, void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([iteration.return().catch(() => {}), grace]);
  clearTimeout(timer);
}
