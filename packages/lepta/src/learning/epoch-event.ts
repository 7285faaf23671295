// What the engine tells of an epoch, as the pipeline tells it.
import type { CandidateEvent } from "@lepta/ml";
import type { PipelineEvent } from "../events.ts";

/** The live figures of an event: loss, loss on held-out rows, and the deciding metric. */
function liveFigures({ loss, validationLoss, metrics = {} }: CandidateEvent): Record<string, number> {
  const [deciding] = Object.entries(metrics);
  const figures = Object.entries({ loss, validationLoss, ...(deciding && { [deciding[0]]: deciding[1] }) });
  return Object.fromEntries(figures.filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

export function epochEvent(event: CandidateEvent): PipelineEvent {
  const { model, epoch, total: epochs, titles } = event;
  const values = liveFigures(event);
  const metrics = Object.fromEntries(Object.entries(titles).filter(([name]) => Object.hasOwn(values, name)));
  return { type: "epoch", model, epoch, epochs, values, metrics };
}
