// The outcome kinds: what a model may say of a row. A closed set, known to all packages.
import { dtypeOf, type TensorData } from "@lepta/nn";
import { type ClassKind, classEntry } from "./class.ts";
import { type NumberKind, numberEntry } from "./number.ts";
import type { KindTypes, OutcomeEntry } from "./outcome-entry.ts";
import { type ScoreKind, scoreEntry } from "./score.ts";
import { type SeriesKind, seriesEntry } from "./series.ts";

interface Kinds {
  readonly class: ClassKind;
  readonly number: NumberKind;
  readonly series: SeriesKind;
  readonly score: ScoreKind;
}

export type OutcomeKind = keyof Kinds;
/** What a model says of one row. */
export type Outcome = Kinds[OutcomeKind]["outcome"];
/** What all outcomes of one model have in common. */
export type OutcomeForm = Kinds[OutcomeKind]["form"];
/** Outcomes of many rows, column by column. */
export type Outcomes = Kinds[OutcomeKind]["outcomes"];

const entries: { readonly [K in OutcomeKind]: OutcomeEntry<Kinds[K]> } = {
  class: classEntry,
  number: numberEntry,
  series: seriesEntry,
  score: scoreEntry,
};

export const outcomeKinds: readonly OutcomeKind[] = Object.keys(entries) as OutcomeKind[];

interface AnyKind extends KindTypes {
  readonly form: OutcomeForm;
  readonly outcome: Outcome;
  readonly outcomes: Outcomes;
}

/** The entry of a kind. Its methods take forms and outcomes of that kind alone. */
export function outcomeEntry({ kind }: { readonly kind: OutcomeKind }): OutcomeEntry<AnyKind> {
  return entries[kind];
}

/** Names of a graph's outputs by role. */
export type OutputNames<K extends OutcomeKind> = Readonly<Record<Kinds[K]["role"], string>>;

/** The roles' own names, with "_" appended where a column has that name. */
export function outputNames<K extends OutcomeKind>(kind: K, columns: readonly string[]): OutputNames<K> {
  const free = (name: string): string => (columns.includes(name) ? free(`${name}_`) : name);
  return Object.fromEntries(entries[kind].roles.map((role) => [role, free(role)])) as OutputNames<K>;
}

/**
 * A run's results as outcomes.
 * @param outputs names of the results by role
 * @throws Error where a result is not there, of another type or length, or no value of the kind
 */
export function decodeOutcomes(
  form: OutcomeForm,
  outputs: Readonly<Record<string, string>>,
  results: Readonly<Record<string, TensorData>>,
  rows: number,
): Outcomes {
  const entry = outcomeEntry(form);
  const answers = entry.roles.map((role): [string, TensorData["data"]] => {
    const result = results[outputs[role] as string];
    const { dtype, width } = entry.port(role, form);
    const wanted = rows * (width === "row" ? 1 : width);
    if (result?.data.length !== wanted || dtypeOf(result) !== dtype)
      throw new Error(`it gives ${result?.data.length ?? "no"} values for ${role}, not ${wanted} of ${dtype}`);
    return [role, result.data];
  });
  return entry.decode(Object.fromEntries(answers), form);
}
