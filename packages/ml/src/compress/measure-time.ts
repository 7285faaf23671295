// How long models take on the same rows, measured in turn so that load on the machine hits all of them alike.
import type { Feeds, Session } from "@lepta/nn";

export interface RunTime {
  /** Median over rounds of the time of one run, milliseconds. */
  readonly medianMs: number;
  /** Median over rounds of this model's time / the first model's in the same round. */
  readonly ratio: number;
}

/** Runs each session once a round, after two rounds to warm up; the first session is the reference. */
export async function measureTimes(sessions: readonly Session[], feeds: Feeds, rounds: number): Promise<RunTime[]> {
  const times: number[][] = sessions.map(() => []);
  for (let round = -2; round < rounds; round++) {
    for (const [i, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(feeds);
      if (round >= 0) times[i]!.push(performance.now() - start);
    }
  }
  return times.map((own) => ({
    medianMs: median(own),
    ratio: median(own.map((time, round) => time / times[0]![round]!)),
  }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
