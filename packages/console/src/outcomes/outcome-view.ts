// What the console asks of a kind of outcome: the parts that its entry gives.
import type { Label, OutcomeFormOf, OutcomeKind, OutcomeOf, PredictionRecord } from "@lepta/api";
import type { ReactNode } from "react";

export type Cell = string | number | boolean | null;

export interface OutcomeView<K extends OutcomeKind> {
  /** What a product predicts, in words that go on from its target's name. */
  about(form: OutcomeFormOf<K>): string;
  /** The answer in a word or two, for lists and headings. */
  text(outcome: OutcomeOf<K>): string;
  /** The figure that stands beside the answer in lists; undefined where it is the answer itself. */
  figure(outcome: OutcomeOf<K>): string | undefined;
  /** A true label in a word or two. */
  label(label: Label): string;
  /** Whether the answer is the label; undefined where the two are seldom exactly equal and "wrong" says nothing. */
  right(outcome: OutcomeOf<K>, label: Label): boolean | undefined;
  /** The answers that lists can be asked for, as the API takes them. */
  answers(form: OutcomeFormOf<K>): readonly { readonly value: string; readonly label: string }[];
  /** Whether lists can be asked for right and wrong answers. */
  readonly judged: boolean;
  /** The columns of a file of predictions. */
  cells(outcome: OutcomeOf<K>): Readonly<Record<string, Cell>>;
  /** A true label in such a file. */
  labelCell(label: Label): Cell;
  /** The whole answer on a prediction's page, below its text. */
  answer(record: PredictionRecord, outcome: OutcomeOf<K>): ReactNode;
}
