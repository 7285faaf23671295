// Times ours and the peers of one workload in turns, so that what else the machine does meets all alike.
import { ours, type PeerKind } from "./find-peers.ts";
import { type Peer, type Report, startPeer } from "./peer.ts";

export interface Result {
  readonly workload: string;
  readonly threads: number;
  /** Null where ours ran alone. */
  readonly peer: string | null;
  readonly oursMs: number;
  readonly theirsMs: number | null;
  /** Their time a step over ours, the median of paired rounds: above 1, ours is faster. */
  readonly ratio: number | null;
}

export interface Measured {
  readonly results: readonly Result[];
  /** Ours first. */
  readonly processes: readonly { readonly name: string; readonly firstStepMs: number; readonly report: Report }[];
  readonly skipped: readonly string[];
}

export interface RoundOptions {
  readonly rounds: number;
  /** What the steps of one process in one round are to take, in milliseconds. */
  readonly roundMs: number;
}

/** A step that takes longer than this is taken once, in one round. */
const slowMs = 5000;
/** A loss is asked to have fallen after so many steps. */
const enoughSteps = 20;

export async function measureWorkload(
  workload: string,
  threads: number,
  kinds: readonly PeerKind[],
  { rounds, roundMs }: RoundOptions,
): Promise<Measured> {
  const skipped: string[] = [];
  const peers: Peer[] = [await startPeer(ours(workload, threads))];
  try {
    for (const { name, command } of kinds) {
      const own = command(workload, threads);
      if (own === undefined) continue;
      try {
        peers.push(await startPeer(own));
      } catch (cause) {
        skipped.push(`${name} on ${workload}: ${(cause as Error).message}`);
      }
    }
    const counts: number[] = [];
    for (const peer of peers) {
      let ms = await peer.steps(1);
      if (ms < slowMs) ms = Math.min(ms, await peer.steps(Math.ceil(roundMs / 4 / ms)));
      counts.push(ms < slowMs ? Math.max(1, Math.round(roundMs / ms)) : 0);
    }
    const times: number[][] = peers.map(() => []);
    for (let round = 0; round < rounds; round++) {
      const order = peers.map((_, i) => (round % 2 === 0 ? i : peers.length - 1 - i));
      for (const i of order) {
        if (round > 0 && counts[i] === 0) continue;
        times[i]?.push(await (peers[i] as Peer).steps(Math.max(1, counts[i] as number)));
      }
    }
    const reports: Report[] = [];
    for (const peer of peers) reports.push(await peer.report());
    checkWork(workload, peers, reports);
    const [own, ...others] = times as [number[], ...number[][]];
    const oursMs = median(own);
    const results = others.map((theirs, i): Result => {
      const ratio = median(theirs.map((ms, round) => ms / (own[round] as number)));
      return { workload, threads, peer: (peers[i + 1] as Peer).name, oursMs, theirsMs: median(theirs), ratio };
    });
    if (results.length === 0) results.push({ workload, threads, peer: null, oursMs, theirsMs: null, ratio: null });
    const processes = peers.map(({ name, firstStepMs }, i) => ({ name, firstStepMs, report: reports[i] as Report }));
    return { results, processes, skipped };
  } finally {
    for (const peer of peers) await peer.end();
  }
}

/** All sides train as many numbers, and their losses fall. */
function checkWork(workload: string, peers: readonly Peer[], reports: readonly Report[]): void {
  const wanted = reports[0]?.parameters;
  for (const [i, { parameters, steps, firstLoss, lastLoss }] of reports.entries()) {
    const name = `${peers[i]?.name} on ${workload}`;
    if (parameters !== wanted) throw new Error(`${name} trains ${parameters} numbers, ours ${wanted}.`);
    if (steps >= enoughSteps && !(lastLoss < firstLoss))
      throw new Error(`${name}: the loss went from ${firstLoss} to ${lastLoss} in ${steps} steps.`);
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
