// Records a run's stages and events at the server; finds the stages of earlier runs.
import type { ApiClient, NewRunEvents } from "@lepta/api";
import type { PipelineEvent, Report } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { StageLog } from "./stage-log.ts";

export interface RunLog extends StageLog {
  readonly run: string;
  /** Takes an event; events are written in groups, in their order. */
  readonly report: Report;
  finish(status: "done" | "failed" | "interrupted"): Promise<void>;
}

/** Milliseconds for which events are gathered before they are written. */
const gatherMs = 200;

/** Milliseconds between signs of life: the server takes a run that is silent for a minute for a dead one's. */
const beatMs = 15_000;

export async function createRunLog(client: ApiClient, product: string, seed: number): Promise<RunLog> {
  const run = await client.createRun({ product, seed });
  const beat = setInterval(() => void client.appendRunEvents(run, []).catch(() => {}), beatMs);
  beat.unref();
  let stage: string | null = null;
  let waiting: NewRunEvents = [];
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();
  let failure: unknown;

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0)
      written = written
        .then(() => client.appendRunEvents(run, events))
        .catch((error: unknown) => {
          failure ??= error;
        });
    return written.then(() => {
      if (failure !== undefined) throw failure;
    });
  };

  return {
    run,
    report(event) {
      if (event.type === "stage-start") stage = event.stage;
      const stored = toRunEvent(event, stage);
      if (stored === undefined) return;
      waiting.push(stored);
      timer ??= setTimeout(() => void flush().catch(() => {}), gatherMs);
    },
    async find(name, inputHash) {
      const found = await client.finishedStage({ product, name, inputHash });
      const { output } = found?.result ?? {};
      return typeof output === "string" ? (JSON.parse(output) as JsonObject) : undefined;
    },
    async start(name, position, inputHash) {
      await flush();
      await client.recordStage(run, { name, position, status: "running", inputHash });
    },
    async end(name, position, inputHash, result) {
      await flush();
      const outcome =
        result.status === "failed"
          ? {
              error: errorOf(result.error),
              ...(result.summary === undefined ? {} : { summary: { ...result.summary } }),
            }
          : // As text: the store keeps no order of keys, and metrics stand in theirs, the deciding one first.
            { result: { output: JSON.stringify(result.output) }, summary: { ...result.summary } };
      await client.recordStage(run, { name, position, inputHash, status: result.status, ...outcome });
    },
    async finish(status) {
      await flush();
      clearInterval(beat);
      await client.finishRun(run, status);
    },
  };
}

function toRunEvent(event: PipelineEvent, stage: string | null): NewRunEvents[number] | undefined {
  switch (event.type) {
    case "epoch": {
      const { model, epoch, values, metrics } = event;
      if (stage === null) return undefined;
      return { type: "metric", stage, model, step: epoch, epoch, values: { ...values }, metrics: { ...metrics } };
    }
    case "progress": {
      const { label, done, total } = event;
      return stage === null ? undefined : { type: "progress", stage, done, total, text: label };
    }
    case "message":
      return { type: "message", stage, level: event.level, text: event.text };
    default:
      // The stages' own events come with their records.
      return undefined;
  }
}

function errorOf(error: unknown): { code: string; message: string; fix: string | null } {
  const { code, fix } = error as { code?: unknown; fix?: unknown };
  return {
    code: typeof code === "string" ? code : "unexpected-failure",
    message: error instanceof Error ? error.message : String(error),
    fix: typeof fix === "string" ? fix : null,
  };
}
