// A run as its events change it: pure, so that the stream, the poll and the tests agree.
import type { Curve, Run, RunEvent, Stage } from "@lepta/api";

/** Returns the run after the event; an event that the run already holds changes nothing. */
export function applyRunEvent(run: Run, event: RunEvent): Run {
  if (event.seq <= run.lastEvent) return run;
  const next = { ...run, lastEvent: event.seq };
  switch (event.type) {
    case "stage":
      return { ...next, stages: withStage(run.stages, event) };
    case "metric":
      return { ...next, curves: withPoints(run.curves, event) };
    case "finish":
      return { ...next, status: event.status, finishedAt: event.status === "running" ? run.finishedAt : event.at };
    default:
      return next;
  }
}

function withStage(stages: readonly Stage[], event: RunEvent & { type: "stage" }): Stage[] {
  const finishedAt = event.status === "running" ? null : event.at;
  const at = stages.findIndex((stage) => stage.name === event.stage);
  if (at < 0) {
    const position = stages.reduce((most, stage) => Math.max(most, stage.position + 1), 0);
    const { stage: name, status } = event;
    return [
      ...stages,
      { name, position, status, inputHash: null, startedAt: event.at, finishedAt, summary: null, error: null },
    ];
  }
  return stages.map((stage, i) => (i === at ? { ...stage, status: event.status, finishedAt } : stage));
}

function withPoints(curves: readonly Curve[], event: RunEvent & { type: "metric" }): Curve[] {
  const next = [...curves];
  for (const [name, value] of Object.entries(event.values)) {
    const at = next.findIndex((c) => c.stage === event.stage && c.model === event.model && c.name === name);
    const point: [number, number] = [event.step, value];
    const old = next[at];
    const metric = event.metrics?.[name] ?? null;
    if (!old) next.push({ stage: event.stage, model: event.model, name, metric, points: [point] });
    else next[at] = { ...old, points: insertByStep(old.points, point) };
  }
  return next;
}

/** By step; a second value of a step replaces the first. */
function insertByStep(points: readonly [number, number][], point: [number, number]): [number, number][] {
  const last = points.at(-1);
  if (!last || last[0] < point[0]) return [...points, point];
  const kept = points.filter(([step]) => step !== point[0]);
  const at = kept.findIndex(([step]) => step > point[0]);
  kept.splice(at < 0 ? kept.length : at, 0, point);
  return kept;
}
