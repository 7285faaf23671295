// The search itself: proposes points, runs the objective, keeps every trial, and can go on from past ones.

import { rng } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { type MedianPruning, shouldPrune } from "./median-pruning.ts";
import { checkPoint, checkSpace, type Point, randomPoint, type Space } from "./space.ts";
import { tpePoint } from "./tpe.ts";
import type { Trial } from "./trial.ts";

/** What the objective may use while it runs. */
export interface TrialContext {
  readonly number: number;
  readonly signal: AbortSignal | undefined;
  /** Reports a value on the way, for example of each epoch. True: stop and return; the trial counts as pruned. */
  report(step: number, value: number): boolean;
}

export type SearchEvent<S extends Space> =
  | { readonly type: "trial-started"; readonly number: number; readonly point: Point<S> }
  | { readonly type: "trial-reported"; readonly number: number; readonly step: number; readonly value: number }
  | { readonly type: "trial-ended"; readonly trial: Trial<S>; readonly best: Trial<S> | undefined };

export interface SearchOptions<S extends Space> {
  readonly space: S;
  readonly objective: (point: Point<S>, context: TrialContext) => number | Promise<number>;
  readonly direction: "minimize" | "maximize";
  /** Trials in all, past ones included. */
  readonly trials: number;
  /** "tpe" (default) starts at random for 10 trials; "random" stays so. */
  readonly sampler?: "tpe" | "random";
  readonly seed: number;
  /** Default: no pruning. */
  readonly pruning?: MedianPruning;
  /** Trials of an earlier search in this space; with the same seed the search goes on as if never interrupted. */
  readonly past?: readonly Trial<S>[];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SearchEvent<S>) => void;
}

export interface SearchResult<S extends Space> {
  readonly best: Trial<S> & { readonly value: number };
  readonly trials: readonly Trial<S>[];
}

/**
 * Runs trials one after another. A trial that throws, or returns a number that is not finite, is kept as failed and
 * the search goes on. Throws search-space-invalid, search-failed when no trial completed, and the signal's reason.
 */
export async function runSearch<const S extends Space>(options: SearchOptions<S>): Promise<SearchResult<S>> {
  const { space, seed, sampler = "tpe", signal, onEvent } = options;
  const sign = options.direction === "minimize" ? 1 : -1;
  checkSpace(space);
  const trials: Trial<S>[] = [...(options.past ?? [])];
  for (const trial of trials) checkPoint(space, trial.point);
  let lastError: unknown;

  while (trials.length < options.trials) {
    signal?.throwIfAborted();
    const number = trials.length;
    const random = rng(seed).fork("trial", number);
    const point = sampler === "random" ? randomPoint(space, random) : tpePoint(space, bestFirst(trials, sign), random);
    onEvent?.({ type: "trial-started", number, point });
    const { trial, error } = await runTrial(options, trials, number, point, sign);
    lastError = error ?? lastError;
    trials.push(trial);
    onEvent?.({ type: "trial-ended", trial, best: bestOf(trials, sign) });
  }

  const best = bestOf(trials, sign);
  if (best?.value !== undefined) return { best: { ...best, value: best.value }, trials };
  throw new MlError(
    "search-failed",
    `None of ${trials.length} trials ended with a value.`,
    "Read the cause, and run the objective once by hand at a point of the space.",
    { cause: lastError },
  );
}

async function runTrial<S extends Space>(
  options: SearchOptions<S>,
  past: readonly Trial<S>[],
  number: number,
  point: Point<S>,
  sign: 1 | -1,
): Promise<{ trial: Trial<S>; error?: unknown }> {
  const reports: { step: number; value: number }[] = [];
  let pruned = false;
  const start = performance.now();
  const ended = (rest: Pick<Trial<S>, "state" | "value" | "error">): Trial<S> => ({
    number,
    point,
    reports,
    seconds: (performance.now() - start) / 1000,
    ...rest,
  });
  const report = (step: number, value: number): boolean => {
    reports.push({ step, value });
    options.onEvent?.({ type: "trial-reported", number, step, value });
    if (options.pruning !== undefined && shouldPrune(reports, past, sign, options.pruning)) pruned = true;
    return pruned;
  };
  try {
    const value = await options.objective(point, { number, signal: options.signal, report });
    if (pruned) return { trial: ended({ state: "pruned", value: reports.at(-1)?.value ?? value }) };
    if (!Number.isFinite(value))
      return { trial: ended({ state: "failed", error: `The objective returned ${value}.` }) };
    return { trial: ended({ state: "complete", value }) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { trial: ended({ state: "failed", error: message }), error };
  }
}

function bestOf<S extends Space>(trials: readonly Trial<S>[], sign: 1 | -1): Trial<S> | undefined {
  const complete = trials.filter((trial) => trial.state === "complete");
  return complete.sort((a, b) => sign * (a.value! - b.value!))[0];
}

/** Points for the estimator: complete trials by value, then pruned ones; failed ones tell nothing. */
function bestFirst<S extends Space>(trials: readonly Trial<S>[], sign: 1 | -1): Point<S>[] {
  const of = (state: Trial["state"]): Trial<S>[] =>
    trials.filter((trial) => trial.state === state).sort((a, b) => sign * (a.value! - b.value!));
  return [...of("complete"), ...of("pruned")].map((trial) => trial.point);
}
