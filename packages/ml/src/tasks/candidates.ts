// The one training of products and of the command line: every candidate, and which of them is better.
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { advantage, type MetricTitle } from "../evaluate/metrics/metric.ts";
import { taskFor } from "./index.ts";
import { modelOf, type TrainEvent, type TrainOptions, train } from "./train.ts";
import type { TrainedTask } from "./trained-task.ts";

/** Progress of one candidate. */
export interface CandidateEvent extends TrainEvent {
  readonly model: string;
  /** How to read the event's metrics, by name. */
  readonly titles: Readonly<Record<string, MetricTitle>>;
}

export interface CandidateOptions extends Omit<TrainOptions, "model" | "measure" | "settings" | "onEvent"> {
  /** Names of the task's models, one of its `otherModels` as well. Default: its candidates, the simplest first. */
  readonly models?: readonly string[];
  /** Progress, with the metrics of the task on rows held out. */
  readonly onEvent?: (event: CandidateEvent) => void;
  /** Told of each candidate when it is trained. */
  readonly onTrained?: (trained: TrainedTask) => void | Promise<void>;
}

/** Trains candidates one after another, in the order of their list. Throws what `train` throws, at the name of an unknown model before any. */
export async function trainCandidates(options: CandidateOptions): Promise<TrainedTask[]> {
  const { models, onEvent, onTrained, ...common } = options;
  const task = common.task ?? taskFor(common.schema);
  const titles = titlesOf(task.metrics);
  const trained: TrainedTask[] = [];
  const names = models ?? task.models.map(({ name }) => name);
  for (const name of names) modelOf(task, name);
  for (const model of names) {
    const one = await train({
      ...common,
      task,
      model,
      ...(onEvent === undefined
        ? {}
        : {
            measure: (predictions) => pointMetrics({ ...predictions, metrics: task.metrics }),
            onEvent: (event) => onEvent({ ...event, model, titles }),
          }),
    });
    trained.push(one);
    await onTrained?.(one);
  }
  return trained;
}

/**
 * The candidate that is best by the task's deciding metric on rows held out of the training; of equals the first, which
 * is the simpler.
 */
export function bestCandidate<T extends Pick<TrainedTask, "task" | "heldOut">>(candidates: readonly [T, ...T[]]): T {
  const [first, ...others] = candidates;
  const { task } = first;
  const [metric] = task.metrics;
  if (metric === undefined) return first;
  const decide = ({ heldOut }: T): number => pointMetrics({ ...heldOut, metrics: [metric] })[metric.name] ?? Number.NaN;
  let best = { candidate: first, value: decide(first) };
  for (const candidate of others) {
    const value = decide(candidate);
    if (advantage(metric, value, best.value) > 0 || Number.isNaN(best.value)) best = { candidate, value };
  }
  return best.candidate;
}

function titlesOf(metrics: readonly (MetricTitle & { readonly name: string })[]): CandidateEvent["titles"] {
  return Object.fromEntries(metrics.map(({ name, title, direction, unit }) => [name, { title, direction, unit }]));
}
