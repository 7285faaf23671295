// `ship`: the stages of a product in their order, each run or reused, on a store whose server is up.
import { resolve } from "node:path";
import type { Experiment, Invoice } from "@lepta/api";
import type { Report } from "../events.ts";
import type { MeasuredModel } from "../learning/learn.ts";
import type { Product } from "../product/define.ts";
import { type LoadedProduct, loadProduct } from "../product/load.ts";
import { codeVersion } from "../store/code-version.ts";
import { homeDirectory } from "../store/home.ts";
import { pruneStageFolders, stageFolder } from "../store/prune.ts";
import { createRunLog, type RunLog } from "../store/run-log.ts";
import { runningServer } from "../store/running-server.ts";
import type { Served, ServeOptions } from "../store/served.ts";
import { openServedStore } from "../store/served-store.ts";
import { shipSummary } from "../text/summary.ts";
import { besides } from "./run-stage.ts";
import type { LineResult } from "./stage-line.ts";
import { productStages, type StageName, type StageOutputs } from "./stages/index.ts";
import { createTools } from "./tools.ts";

export interface ShipOptions extends ServeOptions {
  /** The store's directory. Default: LEPTA_HOME, else `.lepta` in the working directory. */
  readonly home?: string;
  /**
   * Address of a server to deploy to, by its API. Default: LEPTA_URL, else the server that has the store open, else the
   * store is opened and served.
   */
  readonly server?: string;
  readonly onEvent?: Report;
  /** Ends the run after what is under way; the run is then interrupted and can be resumed. */
  readonly signal?: AbortSignal;
}

export interface ShipStage {
  readonly stage: StageName;
  readonly status: "done" | "reused";
  readonly seconds: number;
}

/** Plain JSON: what `lepta ship --json` prints. */
export interface ShipResult {
  readonly product: string;
  readonly run: string;
  readonly seconds: number;
  readonly stages: readonly ShipStage[];
  /** On the held-out test part. */
  readonly models: readonly MeasuredModel[];
  /** The model that is deployed beside the first, the baseline. */
  readonly challenger: string;
  readonly experiment: Experiment;
  /** null where the product has no price. */
  readonly invoice: Invoice | null;
  readonly url: string;
  /** The same as people read it. */
  readonly summary: readonly string[];
}

export interface Shipped {
  readonly result: ShipResult;
  /** The store and its server, still up: close it when done. */
  readonly served: Served;
}

/**
 * Runs every stage of the product that its inputs ask for; what finished before with the same inputs is reused.
 * Throws the failing stage's error; the store is then closed and the run recorded as failed (or interrupted).
 * @param path of the product file
 */
export async function ship(path: string, options: ShipOptions = {}): Promise<Shipped> {
  const started = performance.now();
  const { home = homeDirectory(), onEvent = () => {}, signal = new AbortController().signal } = options;
  const loaded = await loadProduct(path);
  const served = (await runningServer(home, options.server)) ?? (await openServedStore(home, options));
  try {
    const log = await createRunLog(served.client, loaded.product.name, loaded.product.seed);
    onEvent({ type: "ready", run: log.run, url: served.url, consoleUrl: served.consoleUrl });
    const report: Report = (event) => {
      log.report(event);
      onEvent(event);
    };
    const stages = await recorded(log, signal, () => runStages(loaded, { served, log, report, signal }));
    await pruneStageFolders(served.home, loaded.product.name);
    const seconds = (performance.now() - started) / 1000;
    return { result: resultOf(loaded.product, log.run, seconds, stages, served), served };
  } catch (error) {
    await besides(error, () => served.close());
    throw error;
  }
}

/** Ends the run as its work ended. */
async function recorded<T>(log: RunLog, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let value: T;
  try {
    value = await work();
  } catch (error) {
    await besides(error, () => log.finish(signal.aborted ? "interrupted" : "failed"));
    throw error;
  }
  await log.finish("done");
  return value;
}

interface RunParts {
  readonly served: Served;
  readonly log: RunLog;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Runs or reuses every stage of a product as one run of a store that is served. */
export async function runStages(
  { product, directory }: Pick<LoadedProduct, "product" | "directory">,
  { served, log, report, signal }: RunParts,
): Promise<LineResult<StageOutputs>> {
  const tools = createTools({
    runId: log.run,
    served,
    dataFile: resolve(directory, product.data.path),
    kept: stageFolder(served.home, product.name),
    report,
    signal,
  });
  const order = productStages.stages.map(({ name }) => name);
  return productStages.run(product, { tools, log, codeVersion: codeVersion(), order });
}

function resultOf(
  product: Product,
  run: string,
  seconds: number,
  { outputs, results }: LineResult<StageOutputs>,
  served: Served,
): ShipResult {
  const { models, challenger } = outputs.evaluate;
  const { experiment } = outputs.use;
  const { invoice, predictions } = outputs.bill;
  return {
    product: product.name,
    run,
    seconds,
    stages: results.map(({ stage, status, seconds: took }) => ({ stage, status, seconds: took })),
    models,
    challenger,
    experiment,
    invoice,
    url: served.url,
    summary: shipSummary({ models, challenger, experiment, invoice, predictions }),
  };
}
