// A new model beside the models in service: both on the same held-out rows, those that the champion learnt from left out.

import { type ApiClient, ApiError } from "@lepta/api";
import { groupsOf, type Table, takeRows } from "@lepta/data";
import {
  type Beside,
  type Bundle,
  besideEachOther,
  type Figure,
  kindOf,
  learntRows,
  MlError,
  openScorer,
  type Predictions,
  readBundle,
  trainedOverlap,
} from "@lepta/ml";
import { CliError } from "../errors.ts";
import { hashOf } from "../json.ts";
import type { TableKey } from "../learning/learning-table.ts";
import { readForModel } from "../learning/score-file.ts";
import { fetchBundle } from "../store/fetch-bundle.ts";
import { formatCount, plural } from "../text/numbers.ts";
import type { RunTools } from "./tools.ts";

/** A deployed version. */
type DeployedModel = {
  readonly role: "champion" | "challenger";
  readonly id: string;
  readonly name: string;
  readonly version: number;
};

/** What answers for a product now, as the evaluate stage's input has it; no models where nothing is deployed yet. */
export type InService = { readonly product: string; readonly models: readonly DeployedModel[] };

export async function inServiceOf(client: ApiClient, product: string): Promise<InService> {
  try {
    const { variants } = await client.deployment(product);
    const models = variants.map(({ role, model: { id, name, version } }) => ({ role, id, name, version }));
    return { product, models };
  } catch (error) {
    const none = ["product-not-found", "deployment-not-found"];
    if (error instanceof ApiError && none.includes(error.code)) return { product, models: [] };
    throw error;
  }
}

/** What the gates on the champion go by. */
export type ChampionBeside =
  /** Nothing to compare with, and whether that is well. */
  | { readonly passed: boolean; readonly note: string }
  /** `figure`: of the new model and the champion; undefined where the rows have none. */
  | { readonly note: string; readonly figure: (figure: Figure) => Beside | undefined };

/**
 * @param key of the table that the test rows are of
 * @param test the held-out rows, as the product's file has them
 * @param own the new model's answers to them, decided
 * Throws what fetching, reading and running the champion's bundle throws.
 */
export async function besideChampion(
  tools: RunTools,
  { product, models }: InService,
  key: TableKey,
  test: Table,
  own: Predictions,
): Promise<ChampionBeside> {
  const { group, seed } = key;
  const champion = models.find(({ role }) => role === "champion");
  if (champion === undefined) return { passed: true, note: "there is no champion yet" };
  const title = `the champion ${champion.name} v${champion.version}`;
  let answers: Answers = { same: false, reason: "it was not asked" };
  for (const model of models) {
    if (model !== champion && model.id === champion.id) continue;
    const theirs = await answersOf(tools, { product, version: model.version }, key, test, own);
    if (theirs.same)
      return {
        passed: true,
        note: `this very model is in service, as the ${model.role} ${model.name} v${model.version}`,
      };
    if (model === champion) answers = theirs;
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
  const { take } = kindOf(own);
  const [first, second] = [take(own, kept), take(predictions, left.rows)];
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
      readonly predictions: Predictions;
    }
  | { readonly same: false; readonly predictions?: undefined; readonly reason: string };

/** Numbers of two runs of one model differ by rounding alone. */
const rounding = 1e-5;

/** A deployed model's answers to the test rows, each read from the product's file as that model reads. */
async function answersOf(
  { client, dataFile, folder, url }: RunTools,
  { product, version }: { readonly product: string; readonly version: number },
  { target, reading }: TableKey,
  test: Table,
  wanted: Predictions,
): Promise<Answers> {
  const dir = folder("champion", hashOf({ url, product, version }));
  await fetchBundle(client, product, version, dir);
  const not = (reason: string): Answers => ({ same: false, reason });
  let bundle: Bundle;
  try {
    bundle = await readBundle(dir);
  } catch (error) {
    if (error instanceof MlError && error.code === "bundle-version") return not(error.message);
    throw error;
  }
  const { manifest } = bundle;
  if (manifest.target !== target) return not(`it predicts ${manifest.target}`);
  let read: Table;
  try {
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
    const outcomes = await scorer.scoreTable(table);
    const kind = kindOf(wanted);
    if (outcomes.kind !== wanted.kind) return not("its answers are of another kind");
    const labels = kind.labels(table, manifest.target);
    const among = kind.take(wanted, rows);
    const predictions = kind.alike(kind.pair(manifest.outcome, kind.outputs(outcomes), labels), among);
    if (predictions === undefined) return not("its answers are of other classes");
    const same = rows.length === test.rowCount && sameAnswers(among, predictions);
    return { same, bundle, rows, table, predictions };
  } finally {
    await scorer.close();
  }
}

function sameAnswers(a: Predictions, b: Predictions): boolean {
  const { predicted } = kindOf(a);
  const [one, other] = [predicted(a), predicted(b)];
  return Array.from(one).every((value, i) => {
    const against = other[i] ?? Number.NaN;
    return Math.abs(value - against) <= rounding * Math.max(1, Math.abs(value));
  });
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
