// Times the formulations of a gradient on this machine, and chooses by the times.
import { chooseByModel } from "../grad/choice.ts";
import type { Choose, Family, Formulation, Situation } from "../grad/formulation.ts";
import { situationKey } from "../grad/formulation.ts";
import { applyAll } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import { rng } from "../layers/rng.ts";
import { sizeOf } from "../shape.ts";
import { input } from "../tensor/leaves.ts";
import { reduceSum } from "../tensor/matrices.ts";
import type { OpenSession } from "./evaluate.ts";

/** A gradient that could be written in several ways. */
export interface Alternatives {
  readonly family: Family;
  readonly situation: Situation;
  readonly valid: readonly Formulation[];
}

/** Nanoseconds of each formulation, by its name. */
export type Times = Readonly<Record<string, number>>;

export interface MeasureOptions {
  /** Milliseconds now; CPU time is steadier than the clock's on a busy machine. */
  readonly now: () => number;
  /** The least time, in milliseconds, that a formulation is run for. Default 20. */
  readonly atLeast?: number;
  /** Default 1. */
  readonly threads?: number;
}

/** Passes one run of the session makes, so that the call itself hardly counts. */
const passes = 4;

/** Times every formulation on random data of the situation's shapes: the shortest run counts. */
export async function measureFormulations(
  { situation, valid }: Alternatives,
  open: OpenSession,
  options: MeasureOptions,
): Promise<Times> {
  const times: Record<string, number> = {};
  for (const formulation of valid) times[formulation.name] = await measure(formulation, situation, open, options);
  return times;
}

async function measure(
  formulation: Formulation,
  situation: Situation,
  open: OpenSession,
  { now, atLeast = 20, threads = 1 }: MeasureOptions,
): Promise<number> {
  const inner = situation.tensors.map(({ dtype, shape }, i) => input(`each${i}`, dtype, shape));
  const once = formulation.write({ ...situation, tensors: inner });
  const body = buildGraph({ each: reduceSum(once) }, { inputs: inner });
  const outer = situation.tensors.map(({ dtype, shape }, i) => input(`x${i}`, dtype, [passes, ...shape]));
  const [sums] = applyAll("Scan", outer, { body, num_scan_inputs: outer.length }, 1);
  const session = await open(buildGraph({ sums: sums as NonNullable<typeof sums> }, { inputs: outer }), { threads });
  try {
    const random = rng(1);
    const feeds = Object.fromEntries(
      outer.map(({ shape }, i) => {
        const sizes = shape as readonly number[];
        const data = Float32Array.from({ length: sizeOf(sizes) }, () => random.uniform(-1, 1));
        return [`x${i}`, { data, shape: sizes }] as const;
      }),
    );
    await session.run(feeds);
    let best = Number.POSITIVE_INFINITY;
    let spent = 0;
    for (let runs = 0; runs < 3 || (spent < atLeast && runs < 200); runs++) {
      const begin = now();
      await session.run(feeds);
      const taken = now() - begin;
      spent += taken;
      best = Math.min(best, taken);
    }
    return Math.round((best * 1e6) / passes);
  } finally {
    await session.close();
  }
}

/** Chooses as the model does and notes down what there was to choose from, each once. */
export function recordAlternatives(): { readonly choose: Choose; readonly found: ReadonlyMap<string, Alternatives> } {
  const found = new Map<string, Alternatives>();
  return {
    found,
    choose(family, situation, valid) {
      found.set(situationKey(family, situation), { family, situation, valid });
      return chooseByModel(family, situation, valid);
    },
  };
}

/** The fastest formulation by `times` (by situation key); the model's where a situation was not timed. */
export function chooseByTimes(times: ReadonlyMap<string, Times>): Choose {
  return (family, situation, valid) => {
    const own = times.get(situationKey(family, situation));
    const timed = valid.filter(({ name }) => own?.[name] !== undefined);
    if (own === undefined || timed.length === 0) return chooseByModel(family, situation, valid);
    const fastest = Math.min(...timed.map(({ name }) => own[name] as number));
    return timed.find(({ name }) => own[name] === fastest) as Formulation;
  };
}
