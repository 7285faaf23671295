// Takes training steps: holds the sessions by run size, the state, and what is fed to them.
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { listParameters } from "../layers/parameters.ts";
import type { Rng } from "../layers/rng.ts";
import type { Progress } from "../optim/transform.ts";
import type { OpenSession, Session, SessionOptions, SessionState } from "../runtime/session.ts";
import { entryOf, formatShape } from "../shape.ts";
import type { Stacked } from "./data/buffers.ts";
import { stepOf } from "./data/buffers.ts";
import type { StepPlan } from "./plan.ts";
import type { StepGraph } from "./step.ts";
import { buildStep, scalarInput, stateInput, stateOutput } from "./step.ts";
import { usefulThreads } from "./useful-threads.ts";

/** The batches of some steps, each array [steps, batchSize, …]. */
export interface Batches {
  readonly steps: number;
  readonly batchSize: number;
  readonly batches: Stacked;
}

export interface Taken {
  /** One a step. */
  readonly losses: Float32Array;
  /** The batches, back from the engine: the arrays that were given may be detached. */
  readonly batches: Stacked;
}

export interface Stepper {
  /**
   * Takes the steps of a run; `done` steps were taken before. `inFlight` is called when the engine has the run: what
   * can be done meanwhile is begun there.
   */
  run(run: Batches, done: number, progress: Progress, inFlight?: () => void): Promise<Taken>;
  /**
   * The weights to evaluate with, in the order of listParameters: the network's parameters as they now are, or what
   * the optimiser averages of them.
   */
  parameters(): Promise<readonly TensorData[]>;
  /** The whole state: every parameter in the order of listParameters, and the optimiser's own. */
  state(): Promise<StepperState>;
  /**
   * Goes back to before the last run, takes its first `count` steps one by one and returns the parameters: those
   * that step `count` of the run started from.
   */
  replay(run: Batches, count: number, done: number, progress: Progress): Promise<readonly TensorData[]>;
  close(): Promise<void>;
}

export interface StepperState {
  readonly parameters: readonly TensorData[];
  readonly optimizer: readonly TensorData[];
}

/** Sizes of runs that stay open: full ones and an epoch's end are three; a stream's epochs may all end otherwise. */
const mostSessions = 6;

interface Open {
  readonly step: StepGraph;
  readonly session: Session;
}

/**
 * A stepper. `random` gives each step its own generator, by the step's number. With `from` it starts at
 * another's state. Throws `checkpoint-mismatch` when that is not a state of this optimiser.
 */
export function createStepper(
  plan: StepPlan,
  random: Rng,
  open: OpenSession,
  options: SessionOptions,
  from?: StepperState,
): Stepper {
  const packed = plan.layout.pack(from?.parameters ?? listParameters(plan.parameters).map(({ value }) => value));
  const fresh = plan.optimizer.init(packed.slice(0, plan.layout.trained));
  if (from !== undefined) checkState(from.optimizer, fresh);
  const initial = [...packed, ...(from?.optimizer ?? fresh)];
  const shapes = initial.map(({ shape }) => shape);
  const sessions = new Map<string, Promise<Open>>();
  const sessionFor = (steps: number, batchSize: number): Promise<Open> => {
    const key = `${steps}×${batchSize}`;
    const existing = sessions.get(key);
    const own = existing ?? opened(steps, batchSize);
    // The last one used stands last.
    sessions.delete(key);
    sessions.set(key, own);
    const [oldest] = sessions.keys();
    if (sessions.size > mostSessions && oldest !== undefined) {
      const gone = sessions.get(oldest);
      sessions.delete(oldest);
      gone?.then(({ session }) => session.close()).catch(() => {});
    }
    return own;
  };
  const opened = async (steps: number, batchSize: number): Promise<Open> => {
    const step = buildStep(plan, shapes, steps, batchSize);
    const threads = usefulThreads(step.graph, options.threads ?? 1);
    return { step, session: await open(step.graph, { ...options, threads }) };
  };
  let state: SessionState | undefined;
  const current = async (): Promise<readonly TensorData[]> => {
    const values = await state?.read();
    return initial.map((first, i) => values?.[stateInput(i)] ?? first);
  };
  const run: Stepper["run"] = async ({ steps, batchSize, batches }, done, progress, inFlight) => {
    const { step, session } = await sessionFor(steps, batchSize);
    state ??= session.newState(
      Object.fromEntries(shapes.map((_, i) => [stateInput(i), stateOutput(i)] as const)),
      Object.fromEntries(initial.map((value, i) => [stateInput(i), value] as const)),
    );
    const feeds: Record<string, TensorData> = { ...batches };
    scalarsOf(plan, steps, done, progress).forEach((data, i) => {
      feeds[scalarInput(i)] = { data, shape: [steps] };
    });
    for (const { name, size } of step.random) feeds[name] = bits(random, name, size, steps, done);
    const { outputs, feeds: back } = await session.step(state, feeds, inFlight);
    return {
      losses: Float32Array.from(outputs.loss?.data as Float32Array),
      batches: Object.fromEntries(Object.keys(batches).map((name) => [name, back[name] as TensorData] as const)),
    };
  };
  return {
    run,
    async parameters() {
      const values = await current();
      const trained = values.slice(0, plan.layout.trained);
      const kept = values.slice(plan.layout.trained, packed.length);
      const wanted = plan.optimizer.averages?.(trained, values.slice(packed.length)) ?? trained;
      return plan.layout.unpack([...wanted, ...kept]);
    },
    async state() {
      const values = await current();
      return { parameters: plan.layout.unpack(values.slice(0, packed.length)), optimizer: values.slice(packed.length) };
    },
    async replay({ batchSize, batches }, count, done, progress) {
      state?.write(await state.readPrevious());
      for (let k = 0; k < count; k++) {
        await run({ steps: 1, batchSize, batches: stepOf(batches, k) }, done + k, progress);
      }
      return plan.layout.unpack((await current()).slice(0, packed.length));
    },
    async close() {
      for (const opened of sessions.values()) await opened.then(({ session }) => session.close()).catch(() => {});
    },
  };
}

function checkState(given: readonly TensorData[], fresh: readonly TensorData[]): void {
  const shapes = (list: readonly TensorData[]): string => list.map(({ shape }) => formatShape(shape)).join(", ");
  if (shapes(given) === shapes(fresh)) return;
  throw new NnError(
    "checkpoint-mismatch",
    `The checkpoint's optimiser state has the shapes ${shapes(given)}; this optimiser's has ${shapes(fresh)}.`,
    "Resume with the optimiser and the network that the checkpoint was written with.",
  );
}

function scalarsOf({ optimizer }: StepPlan, steps: number, done: number, progress: Progress): readonly Float32Array[] {
  const perStep = Array.from({ length: steps }, (_, k) => optimizer.scalars(done + k, progress));
  return (perStep[0] ?? []).map((_, i) => Float32Array.from(perStep, (numbers) => entryOf(numbers, i)));
}

/** Odd random integers, a function of the generator, the input and the step's number. */
function bits(random: Rng, name: string, size: number, steps: number, done: number): TensorData {
  const data = new Int32Array(steps * size);
  for (let k = 0; k < steps; k++) {
    const own = random.fork(name, done + k);
    for (let i = 0; i < size; i++) data[k * size + i] = own.bits() | 1;
  }
  return { data, shape: [steps, size] };
}
