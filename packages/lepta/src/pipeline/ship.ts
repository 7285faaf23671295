// `ship`: the seven stages of a product in their order, each run or reused, on a store whose server is up.
import type { Experiment, Invoice } from "@lepta/api";
import type { Report } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { Product } from "../product/define.ts";
import { type LoadedProduct, loadProduct } from "../product/load.ts";
import { codeVersion } from "../store/code-version.ts";
import { homeDirectory } from "../store/home.ts";
import { pruneStageFolders } from "../store/prune.ts";
import { createRunLog, type RunLog } from "../store/run-log.ts";
import { runningServer } from "../store/running-server.ts";
import type { Served, ServeOptions } from "../store/served.ts";
import { openServedStore } from "../store/served-store.ts";
import { shipSummary } from "../text/summary.ts";
import { modelsInService } from "./champion.ts";
import type { EvaluatedModel } from "./evaluated.ts";
import { besides, runStage, type StageResult, type StageRunner } from "./stage.ts";
import type { StageName } from "./stage-names.ts";
import { type BillInput, billStage } from "./stages/bill.ts";
import { bundleStage } from "./stages/bundle.ts";
import { dataStage, fileHash } from "./stages/data.ts";
import { deployStage } from "./stages/deploy.ts";
import { evaluateStage } from "./stages/evaluate.ts";
import { trainStage } from "./stages/train.ts";
import { useStage } from "./stages/use.ts";
import { createWorkplace, type Workplace } from "./workplace.ts";

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
  readonly models: readonly EvaluatedModel[];
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
    const stages = await recorded(log, signal, () => runStages(loaded, served, log, report, signal));
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

type Stages = Awaited<ReturnType<typeof runStages>>;

async function runStages(
  { product, directory }: LoadedProduct,
  served: Served,
  log: RunLog,
  report: Report,
  signal: AbortSignal,
) {
  const workplace: Workplace = createWorkplace({ product, run: log.run, directory, served, report });
  const runner: StageRunner<Workplace> = { workplace, log, report, codeVersion: codeVersion(), signal };
  const { target, positive, columns, group, reading } = product.data;
  const costs = product.task.costs ?? null;
  const { seed } = product;

  const data = await runStage(runner, dataStage, {
    file: await fileHash(workplace.dataFile),
    target,
    positive,
    columns,
    group,
    reading: reading as JsonObject | undefined,
    task: product.task.kind,
    seed,
  });
  const { dataHash, splitHash, features } = data.output;
  const train = await runStage(runner, trainStage, {
    dataHash,
    splitHash,
    features,
    target,
    positive,
    task: product.task.kind,
    seed,
  });
  const evaluate = await runStage(runner, evaluateStage, {
    trained: train.output,
    splitHash,
    task: product.task.kind,
    costs: costs && { ...costs },
    gates: product.gates.map((one) => ({ ...one })),
    inService: product.gates.some((one) => one.kind === "no-worse" && one.than === "champion")
      ? await modelsInService(workplace.client, product.name)
      : null,
    evenIfTrivial: product.gates.some(({ kind }) => kind === "even-if-trivial"),
    seed,
  });
  // The gates are cleared: what follows does not hang on them.
  const { gates: _, ...evaluated } = evaluate.output;
  const bundle = await runStage(runner, bundleStage, { trained: train.output, evaluated, dataHash });
  const deploy = await runStage(runner, deployStage, {
    bundles: bundle.output,
    evaluated,
    traffic: product.deploy.traffic,
    costs: costs && { ...costs },
    price: priceOf(product),
  });
  const deployment = deploy.output.deployment.id;
  const use = await runStage(runner, useStage, { deployment, dataHash, splitHash });
  const bill = await runStage(runner, billStage, await billInput(workplace, deployment));
  return { data, train, evaluate, bundle, deploy, use, bill };
}

function priceOf({ price }: Product): BillInput["price"] {
  if (price === undefined) return null;
  const { amountMicros, currency, freePerMonth } = price;
  return { amountMicros, currency, freePerMonth };
}

async function billInput({ client, product }: Workplace, deployment: string): Promise<BillInput> {
  const period = new Date().toISOString().slice(0, 7);
  const { total, lines, prices } = await client.usage({ from: `${period}-01T00:00:00.000Z` });
  const counted = lines.reduce((sum, line) => sum + (line.product === product.name ? line.count : 0), 0);
  return { period, used: total, counted, deployment, price: priceOf(product), prices };
}

function resultOf(product: Product, run: string, seconds: number, stages: Stages, served: Served): ShipResult {
  const list: StageResult<JsonObject>[] = Object.values(stages);
  const { models, challenger } = stages.evaluate.output;
  const { experiment } = stages.use.output;
  const { invoice, predictions } = stages.bill.output;
  return {
    product: product.name,
    run,
    seconds,
    stages: list.map(({ stage, status, seconds: took }) => ({ stage, status, seconds: took })),
    models,
    challenger,
    experiment,
    invoice,
    url: served.url,
    summary: shipSummary({ models, challenger, experiment, invoice, predictions }),
  };
}
