// A new network beside the models in service: both on the same held-out rows, those that the champion learnt from left out.

import { type ApiClient, ApiError } from "@lepta/api";
import { groupsOf, type Table, takeRows } from "@lepta/data";
import {
  type Beside,
  type Bundle,
  besideEachOther,
  type Decided,
  type Figure,
  learntRows,
  MlError,
  openScorer,
  readBundle,
  type TaskPredictions,
  trainedOverlap,
} from "@lepta/ml";
import { CliError } from "../errors.ts";
import { bundlePredictions } from "./bundle-predictions.ts";
import { fetchBundle } from "./fetch-bundle.ts";
import { hashOf } from "./json.ts";
import { formatCount, plural } from "./numbers.ts";
import { readForModel } from "./score-file.ts";
import type { Workplace } from "./workplace.ts";

/** A deployed version, as the evaluate stage's input has it. */
export type InService = {
  readonly role: "champion" | "challenger";
  readonly id: string;
  readonly name: string;
  readonly version: number;
};

/** The models that answer for a product now; none where nothing is deployed yet. */
export async function modelsInService(client: ApiClient, product: string): Promise<InService[]> {
  try {
    const { variants } = await client.deployment(product);
    return variants.map(({ role, model: { id, name, version } }) => ({ role, id, name, version }));
  } catch (error) {
    const none = ["product-not-found", "deployment-not-found"];
    if (error instanceof ApiError && none.includes(error.code)) return [];
    throw error;
  }
}

/** What the gates on the champion go by. */
export type ChampionBeside =
  /** Nothing to compare with, and whether that is well. */
  | { readonly passed: boolean; readonly note: string }
  /** `figure`: of the network and the champion; undefined where the rows have none. */
  | { readonly note: string; readonly figure: (figure: Figure) => Beside | undefined };

interface Network {
  /** Of the rows of `test`. */
  readonly predictions: TaskPredictions;
  readonly threshold: number | null;
}

/**
 * @param test the held-out rows, as the product's file has them
 * Throws what fetching, reading and running the champion's bundle throws.
 */
export async function besideChampion(
  workplace: Workplace,
  inService: readonly InService[],
  test: Table,
  network: Network,
  { group, seed }: { readonly group: string | undefined; readonly seed: number },
): Promise<ChampionBeside> {
  const champion = inService.find(({ role }) => role === "champion");
  if (champion === undefined) return { passed: true, note: "there is no champion yet" };
  const title = `the champion ${champion.name} v${champion.version}`;
  let answers: Answers = { same: false, reason: "it was not asked" };
  for (const model of inService) {
    if (model !== champion && model.id === champion.id) continue;
    const own = await answersOf(workplace, model, test, network.predictions);
    if (own.same)
      return {
        passed: true,
        note: `this very network is in service, as the ${model.role} ${model.name} v${model.version}`,
      };
    if (model === champion) answers = own;
  }
  if (answers.predictions === undefined)
    return { passed: false, note: `${title} cannot be compared: ${answers.reason}` };
  const { bundle, table, rows, predictions } = answers;
  const left = await unseenRows(bundle, table, group === undefined ? undefined : takeRows(test, rows), group);
  if (left.rows.length === 0)
    return {
      passed: false,
      note: `${title} cannot be compared: it learnt from all ${plural(rows.length, "test row")}`,
    };
  const kept = left.rows.map((row) => rows[row] as number);
  const first = decided(takePredictions(network.predictions, kept), network.threshold);
  const second = decided(takePredictions(predictions, left.rows), thresholdOf(bundle));
  const groups = group === undefined ? undefined : groupsOf(takeRows(test, kept), group).groupOf;
  const without = test.rowCount - rows.length;
  return {
    note: [
      `${title} on ${formatCount(kept.length)} of ${plural(test.rowCount, "test row")}`,
      ...(left.note === undefined ? [] : [left.note]),
      ...(without === 0 ? [] : [`${plural(without, "row")} that it cannot read left out`]),
    ].join("; "),
    figure: (figure) => besideEachOther(first, second, figure, { groups, seed }),
  };
}

type Answers =
  | {
      readonly same: boolean;
      readonly bundle: Bundle;
      /** Rows of `test` that the model answers, and the same rows as it reads them. */
      readonly rows: readonly number[];
      readonly table: Table;
      readonly predictions: TaskPredictions;
    }
  | { readonly same: false; readonly predictions?: undefined; readonly reason: string };

/** Numbers of two runs of one model differ by rounding alone. */
const rounding = 1e-5;

/** A deployed model's answers to the test rows, each read from the product's file as that model reads. */
async function answersOf(
  workplace: Workplace,
  { version }: Pick<InService, "version">,
  test: Table,
  network: TaskPredictions,
): Promise<Answers> {
  const { client, product, dataFile } = workplace;
  const dir = workplace.folder("champion", hashOf({ url: workplace.served.url, product: product.name, version }));
  await fetchBundle(client, product.name, version, dir);
  const not = (reason: string): Answers => ({ same: false, reason });
  let bundle: Bundle;
  try {
    bundle = await readBundle(dir);
  } catch (error) {
    if (error instanceof MlError && error.code === "bundle-version") return not(error.message);
    throw error;
  }
  const { manifest } = bundle;
  if (manifest.target !== product.data.target) return not(`it predicts ${manifest.target}`);
  let read: Table;
  try {
    const { reading } = product.data;
    read = await readForModel(dataFile, manifest, {
      withTarget: true,
      unreadable: "missing",
      ...(reading === undefined ? {} : { reading }),
    });
  } catch (error) {
    if (error instanceof CliError && error.code === "columns-mismatch") return not(error.message);
    throw error;
  }
  // A row's key is what its file holds of it, however that is read.
  const places = new Map<number, number>();
  for (const [row, key] of (read.rowKeys ?? []).entries()) places.set(key, row);
  const rows = Array.from({ length: test.rowCount }, (_, row) => row).filter((row) =>
    places.has(test.rowKeys?.[row] ?? Number.NaN),
  );
  const table = takeRows(
    read,
    rows.map((row) => places.get(test.rowKeys?.[row] as number) as number),
  );
  if (rows.length === 0) return not("it can read none of the test rows");
  const scorer = await openScorer(bundle);
  try {
    const own = bundlePredictions(table, manifest.target, await scorer.scoreTable(table));
    const wanted = takePredictions(network, rows);
    const predictions = own === undefined ? undefined : inTermsOf(wanted, own);
    if (predictions === undefined) return not("its answers are of another kind");
    const same = rows.length === test.rowCount && sameAnswers(wanted, predictions);
    return { same, bundle, rows, table, predictions };
  } finally {
    await scorer.close();
  }
}

/** Another model's answers with the labels and the order of classes of `wanted`; a class that it does not know has probability 0. */
function inTermsOf(wanted: TaskPredictions, own: TaskPredictions): TaskPredictions | undefined {
  if (wanted.task === "regression") return own.task === "regression" ? { ...wanted, values: own.values } : undefined;
  if (own.task === "regression") return undefined;
  const from = wanted.classes.map((name) => own.classes.indexOf(name));
  if (from.every((at) => at < 0)) return undefined;
  const width = from.length;
  const probabilities = Float32Array.from({ length: wanted.labels.length * width }, (_, i) => {
    const at = from[i % width] as number;
    return at < 0 ? 0 : (own.probabilities[Math.floor(i / width) * own.classes.length + at] as number);
  });
  return { ...wanted, probabilities };
}

function sameAnswers(a: TaskPredictions, b: TaskPredictions): boolean {
  const [one, other] = [a, b].map((each) => (each.task === "regression" ? each.values : each.probabilities));
  return (one ?? []).every((value, i) => {
    const against = other?.[i] ?? Number.NaN;
    return Math.abs(value - against) <= rounding * Math.max(1, Math.abs(value));
  });
}

function takePredictions(predictions: TaskPredictions, rows: readonly number[]): TaskPredictions {
  if (predictions.task === "regression") {
    const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] as number);
    return { ...predictions, labels: take(predictions.labels), values: take(predictions.values) };
  }
  const width = predictions.classes.length;
  return {
    ...predictions,
    labels: rows.map((row) => predictions.labels[row] as string),
    probabilities: Float32Array.from(
      { length: rows.length * width },
      (_, i) => predictions.probabilities[(rows[Math.floor(i / width)] as number) * width + (i % width)] as number,
    ),
  };
}

const thresholdOf = ({ manifest: { outcome } }: Bundle): number | null =>
  outcome.kind === "class" ? outcome.threshold : null;

function decided(predictions: TaskPredictions, threshold: number | null): Decided {
  return threshold === null ? predictions : { ...predictions, threshold };
}

/**
 * The rows that a model did not learn from, where it learnt from some beyond what chance explains; of groups, those of
 * which it learnt no row.
 */
async function unseenRows(
  bundle: Bundle,
  table: Table,
  grouped: Table | undefined,
  group: string | undefined,
): Promise<{ readonly rows: number[]; readonly note?: string }> {
  const groups = grouped === undefined || group === undefined ? undefined : groupsOf(grouped, group).groupOf;
  const all = Array.from({ length: table.rowCount }, (_, row) => row);
  const overlap = await trainedOverlap(bundle, table, groups);
  const learnt = await learntRows(bundle, table);
  if (overlap === undefined || learnt === undefined)
    return { rows: all, note: "which of them it learnt from cannot be told: its bundle came without rows.bloom" };
  if (!overlap.trainedOn) return { rows: all };
  const seen = new Set(all.filter((row) => learnt[row] === 1).map((row) => groups?.[row] ?? row));
  const rows = all.filter((row) => !seen.has(groups?.[row] ?? row));
  const what = groups === undefined ? "that it learnt from" : `of a ${group} that it learnt from`;
  return { rows, note: `${plural(all.length - rows.length, "row")} ${what} left out` };
}
