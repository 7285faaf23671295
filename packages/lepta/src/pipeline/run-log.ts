// Records a run's stages and events in the store; finds the stages of earlier runs.
import type { NewRunEvent } from "@lepta/api";
import { appendRunEvents, createRun, findFinishedStage, finishRun, recordStage, type Tenant } from "@lepta/server";
import type { PipelineEvent, Report, StageName } from "./events.ts";
import type { JsonObject } from "./json.ts";
import type { StageLog } from "./stage.ts";

export interface RunLog extends StageLog {
  readonly run: string;
  /** Takes an event; events are written in groups, in their order. */
  readonly report: Report;
  finish(status: "done" | "failed" | "interrupted"): Promise<void>;
}

/** Milliseconds for which events are gathered before they are written. */
const gatherMs = 200;

export async function createRunLog(tenant: Tenant, product: string, seed: number): Promise<RunLog> {
  const run = await createRun(tenant, { product, seed });
  let stage: StageName | null = null;
  let waiting: NewRunEvent[] = [];
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
        .then(() => appendRunEvents(tenant, run, events))
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
      const found = await findFinishedStage(tenant, { product, name, inputHash });
      return (found?.result as JsonObject | null | undefined) ?? undefined;
    },
    async start(name, position, inputHash) {
      await flush();
      await recordStage(tenant, run, { name, position, status: "running", inputHash });
    },
    async end(name, position, inputHash, result) {
      await flush();
      const outcome =
        result.status === "failed"
          ? { error: errorOf(result.error) }
          : { result: { ...result.output }, summary: { ...result.summary } };
      await recordStage(tenant, run, { name, position, inputHash, status: result.status, ...outcome });
    },
    async finish(status) {
      await flush();
      await finishRun(tenant, run, status);
    },
  };
}

function toRunEvent(event: PipelineEvent, stage: StageName | null): NewRunEvent | undefined {
  switch (event.type) {
    case "epoch": {
      const { model, epoch, values } = event;
      return { type: "metric", stage: stage ?? "train", model, step: epoch, epoch, values: { ...values } };
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
