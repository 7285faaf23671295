// MLflow tracking over REST (mlflow.org/docs/latest/rest-api.html, API 2.0): a run with its parameters and metrics.
import { NnError } from "../errors.ts";
import type { FitEvent } from "../train/events.ts";
import type { Events, Outcome } from "./watch.ts";
import { watch } from "./watch.ts";

export interface MlflowOptions {
  /** The tracking server, for example "http://127.0.0.1:5000". */
  readonly url: string;
  /** The experiment's name; it is made where it does not exist. Default "Default". */
  readonly experiment?: string;
  readonly run?: string;
  /** Logged as the run's parameters, for example the learning rate. Values are written as text. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Sent with every request, for example { authorization: "Bearer …" }. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that a request may take (default 10,000). */
  readonly timeoutMs?: number;
  /** Called once, with `reporting-failed`; nothing more is reported then. Without it the error is thrown to the reader. */
  readonly onError?: (error: NnError) => void;
}

/** The most metrics that the server takes at once. */
const largestBatch = 1000;

interface Metric {
  readonly key: string;
  readonly value: number | string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/**
 * Passes `events` on and logs them: `loss` at every step, and at the end of every epoch `train_loss`,
 * `validation_loss` and `validation_NAME`, at the step then reached. The run ends as FINISHED, as KILLED by the
 * signal or when the reader leaves, or as FAILED.
 */
export function mlflow(events: Events, options: MlflowOptions): AsyncIterable<FitEvent> {
  let run: Promise<string> | undefined;
  let waiting: Metric[] = [];
  let step = 0;
  let failed = false;
  const add = (key: string, value: number): void => {
    // The protocol buffers' JSON form writes numbers that JSON lacks as text.
    waiting.push({ key, value: Number.isFinite(value) ? value : String(value), timestamp: Date.now(), step });
  };
  const flush = async (): Promise<void> => {
    run ??= startRun(options);
    const run_id = await run;
    while (waiting.length > 0) {
      const metrics = waiting.slice(0, largestBatch);
      waiting = waiting.slice(largestBatch);
      await post(options, "runs/log-batch", { run_id, metrics });
    }
  };
  const guarded = async (action: () => Promise<void>): Promise<void> => {
    if (failed) return;
    try {
      await action();
    } catch (error) {
      failed = true;
      if (options.onError === undefined || !(error instanceof NnError)) throw error;
      options.onError(error);
    }
  };
  return watch(events, {
    async event(event) {
      if (event.type === "start") {
        step = event.step;
        await guarded(flush);
      } else if (event.type === "step") {
        step = event.step;
        if (!failed) add("loss", event.loss);
        if (waiting.length >= largestBatch) await guarded(flush);
      } else if (event.type === "epoch") {
        add("train_loss", event.loss);
        for (const [name, value] of Object.entries(event.validation ?? {})) add(`validation_${name}`, value);
        await guarded(flush);
      }
    },
    end: (outcome) =>
      guarded(async () => {
        await flush();
        await post(options, "runs/update", { run_id: await run, status: statusOf(outcome), end_time: Date.now() });
      }),
  });
}

function statusOf({ how, error }: Outcome): "FINISHED" | "FAILED" | "KILLED" {
  if (how === "ended") return "FINISHED";
  return how === "left" || (error instanceof NnError && error.code === "training-aborted") ? "KILLED" : "FAILED";
}

async function startRun(options: MlflowOptions): Promise<string> {
  const pairs = (values: MlflowOptions["parameters"] = {}): { key: string; value: string }[] =>
    Object.entries(values).map(([key, value]) => ({ key, value: String(value) }));
  const experiment_id = await experimentId(options);
  const created = await post(options, "runs/create", {
    experiment_id,
    start_time: Date.now(),
    ...(options.run !== undefined && { run_name: options.run }),
    tags: pairs(options.tags),
  });
  const id = (created as { run?: { info?: { run_id?: unknown } } }).run?.info?.run_id;
  if (typeof id !== "string") throw failure("runs/create answered without a run_id", options);
  const params = pairs(options.parameters);
  for (let at = 0; at < params.length; at += 100)
    await post(options, "runs/log-batch", { run_id: id, params: params.slice(at, at + 100) });
  return id;
}

async function experimentId(options: MlflowOptions): Promise<string> {
  const name = options.experiment ?? "Default";
  const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
  const found = await send(options, query, undefined);
  const answer =
    found.status === 404 ? await post(options, "experiments/create", { name }) : checked(found, query, options);
  const { experiment, experiment_id } = answer as {
    experiment?: { experiment_id?: unknown };
    experiment_id?: unknown;
  };
  const id = experiment_id ?? experiment?.experiment_id;
  if (typeof id !== "string") throw failure("the server named no experiment_id", options);
  return id;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function post(options: MlflowOptions, path: string, body: unknown): Promise<unknown> {
  return checked(await send(options, path, body), path, options);
}

async function send(options: MlflowOptions, path: string, body: unknown): Promise<Answer> {
  const address = `${options.url.replace(/\/+$/, "")}/api/2.0/mlflow/${path}`;
  try {
    const response = await fetch(address, {
      headers: { "content-type": "application/json", ...options.headers },
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
      ...(body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } catch (cause) {
    throw failure(`${path.split("?")[0]} was not answered: ${(cause as Error).message}`, options, cause);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checked({ status, body }: Answer, path: string, options: MlflowOptions): unknown {
  if (status >= 200 && status < 300 && typeof body === "object" && body !== null) return body;
  const { error_code, message } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const reason = [error_code, message].filter((part) => typeof part === "string").join(": ");
  throw failure(`${path.split("?")[0]} was answered with status ${status}${reason && ` (${reason})`}`, options);
}

function failure(what: string, { url }: MlflowOptions, cause?: unknown): NnError {
  return new NnError(
    "reporting-failed",
    `The training could not be reported to MLflow at ${url}: ${what}.`,
    "Check the address and the token, and that the server is up.",
    cause,
  );
}
