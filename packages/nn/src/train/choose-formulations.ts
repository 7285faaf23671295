// The choice of formulations: by the model, or by times taken on this machine, kept in a cache file between trainings.
import { processorName, processorTime, readCache, writeCache } from "#files";
import { createSession, runtimeVersion } from "#session";
import { chooseByModel } from "../grad/formulations/choice.ts";
import type { Choose } from "../grad/formulations/formulation.ts";
import type { Choices, KeptChoices } from "../grad/formulations/keep-choices.ts";
import { keepChoices } from "../grad/formulations/keep-choices.ts";
import type { Times } from "../grad/formulations/times.ts";
import { chooseByTimes, recordAlternatives } from "../grad/formulations/times.ts";
import { listParameters } from "../layers/parameters.ts";
import type { OpenSession } from "../runtime/session.ts";
import { measureFormulations } from "./measure-formulations.ts";
import type { Settings } from "./options.ts";
import type { StepPlan } from "./plan.ts";
import { buildStep } from "./step.ts";

/** The choice that the settings ask for, but for what was chosen before, which stays. */
export async function chooseFormulations(
  plan: StepPlan,
  { formulations, threads }: Settings,
  batchSize: number,
  before: Choices,
): Promise<KeptChoices> {
  const choose =
    formulations === "measured" ? await measuredChoice(plan, batchSize, createSession, threads, before) : chooseByModel;
  return keepChoices(choose, before);
}

/**
 * Times what the plan's step can choose from, unless the cache knows it or it was chosen before, and chooses by the
 * times.
 */
async function measuredChoice(
  plan: StepPlan,
  batchSize: number,
  open: OpenSession,
  threads: number,
  before: Choices,
): Promise<Choose> {
  const packed = plan.layout.pack(listParameters(plan.parameters).map(({ value }) => value));
  const state = [...packed, ...plan.optimizer.init(packed.slice(0, plan.layout.trained))].map(({ shape }) => shape);
  const record = recordAlternatives();
  buildStep({ ...plan, choose: record.choose }, state, 1, batchSize);
  // Times of another processor, runtime or thread count are others: they stand under a name of their own.
  const machine = `${processorName()} ort ${runtimeVersion} threads ${threads}`;
  const name = `formulations-${machine.replaceAll(/[^A-Za-z0-9.]+/g, "-")}.json`;
  const times = new Map(parseTimes(await readCache(name)));
  const missing = [...record.found].filter(([key]) => !times.has(key) && !Object.hasOwn(before, key));
  // Several threads are there to save time by the clock.
  const now = threads === 1 ? processorTime : () => performance.now();
  for (const [key, alternatives] of missing) {
    times.set(key, await measureFormulations(alternatives, open, { now, threads }));
  }
  if (missing.length > 0) await writeCache(name, `${JSON.stringify(Object.fromEntries(times), undefined, 1)}\n`);
  return chooseByTimes(times);
}

/** The entries of a cache file; none of one that is missing or broken. */
function parseTimes(text: string | undefined): readonly (readonly [string, Times])[] {
  try {
    const entries = Object.entries(JSON.parse(text ?? "{}") as Readonly<Record<string, unknown>>);
    return entries.filter((entry): entry is [string, Times] => isTimes(entry[1]));
  } catch {
    return [];
  }
}

function isTimes(value: unknown): value is Times {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.values(value).every((time) => typeof time === "number" && time > 0);
}
