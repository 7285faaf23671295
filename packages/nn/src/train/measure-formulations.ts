// Times the formulations of a gradient on this machine.
import type { Formulation, Workload } from "../grad/formulations/formulation.ts";
import type { Alternatives, Times } from "../grad/formulations/times.ts";
import { applyAll } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import type { Graph, Tensor } from "../graph/node.ts";
import { rng } from "../layers/rng.ts";
import type { OpenSession, Session } from "../runtime/session.ts";
import { sizeOf } from "../shape.ts";
import { input } from "../tensor/leaves.ts";
import { reduceSum } from "../tensor/reductions.ts";

export interface MeasureOptions {
  /** Milliseconds now; CPU time is steadier than the clock's on a busy machine. */
  readonly now: () => number;
  /** The least time, in milliseconds, that a formulation is run for on average. Default 20. */
  readonly atLeast?: number;
  /** Default 1. */
  readonly threads?: number;
}

/** Passes one run of the session makes, so that the call itself hardly counts. */
const passes = 4;

/**
 * Times every formulation on random data of the workload's shapes. They take turns, so that what else the machine
 * does meets all of them, and the shortest run of each counts.
 */
export async function measureFormulations(
  { workload, valid }: Alternatives,
  open: OpenSession,
  { now, atLeast = 20, threads = 1 }: MeasureOptions,
): Promise<Times> {
  const random = rng(1);
  const feeds = Object.fromEntries(
    workload.tensors.map(({ shape }, i) => {
      const sizes = [passes, ...(shape as readonly number[])];
      return [
        `x${i}`,
        { data: Float32Array.from({ length: sizeOf(sizes) }, () => random.uniform(-1, 1)), shape: sizes },
      ];
    }),
  );
  const runners: Runner[] = [];
  try {
    for (const formulation of valid) {
      const session = await open(graphOf(formulation, workload), { threads });
      runners.push({ name: formulation.name, session, best: Number.POSITIVE_INFINITY });
      await session.run(feeds);
    }
    let spent = 0;
    for (let round = 0; round < 3 || (spent < atLeast * valid.length && round < 200); round++) {
      for (const runner of runners) {
        const begin = now();
        await runner.session.run(feeds);
        const taken = now() - begin;
        spent += taken;
        runner.best = Math.min(runner.best, taken);
      }
    }
  } finally {
    await Promise.all(runners.map(({ session }) => session.close()));
  }
  return Object.fromEntries(runners.map(({ name, best }) => [name, Math.max(1, Math.round((best * 1e6) / passes))]));
}

interface Runner {
  readonly name: string;
  readonly session: Session;
  best: number;
}

/** The formulation on each of several inputs in turn, reduced to a number each. */
function graphOf(formulation: Formulation, workload: Workload): Graph {
  const inner = workload.tensors.map(({ dtype, shape }, i) => input(`each${i}`, dtype, shape));
  const body = buildGraph({ each: reduceSum(formulation.write({ ...workload, tensors: inner })) }, { inputs: inner });
  const outer = workload.tensors.map(({ dtype, shape }, i) => input(`x${i}`, dtype, [passes, ...shape]));
  const [sums] = applyAll("Scan", outer, { body, num_scan_inputs: outer.length }, 1) as readonly [Tensor];
  return buildGraph({ sums }, { inputs: outer });
}
