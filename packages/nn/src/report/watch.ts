// Watching a training: a wrapper passes its events on and does something with each.
import type { FitEvent } from "../train/events.ts";

/** A running training's events, or those that another wrapper passes on. */
export type Events = AsyncIterable<FitEvent>;

export interface Watcher {
  /** Called with each event before it is passed on; the reader waits for it. */
  readonly event: (event: FitEvent) => void | Promise<void>;
  /** Called when the events end, with the error when they end with one, or when the reader leaves. */
  readonly end?: (outcome: Outcome) => void | Promise<void>;
}

export interface Outcome {
  readonly how: "ended" | "failed" | "left";
  readonly error?: unknown;
}

/** Passes `events` on, one reader's worth: `for await (const event of watch(fit(…), …))`. */
export async function* watch(events: Events, { event: seen, end }: Watcher): AsyncGenerator<FitEvent, void, undefined> {
  let outcome: Outcome = { how: "left" };
  try {
    for await (const event of events) {
      await seen(event);
      yield event;
    }
    outcome = { how: "ended" };
  } catch (error) {
    outcome = { how: "failed", error };
    throw error;
  } finally {
    await end?.(outcome);
  }
}
