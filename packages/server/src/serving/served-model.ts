// A model as serving sees it: checks rows, scores rows, and says what it is.
import type { FieldProblem, Label, Row, Task } from "@lepta/api";
import type { ManifestInput } from "@lepta/ml";

/** What a model says of one row: the label is decided at the version's threshold. */
export interface Verdict {
  label: Label;
  /** Of the positive class, else of the label; null for regression. */
  probability: number | null;
  probabilities: Record<string, number> | null;
  value: number | null;
}

export interface ServedModel {
  versionId: string;
  task: Task;
  /** In the order of the model's probabilities; null for regression. */
  classes: readonly string[] | null;
  positive: string | null;
  /** Probability from which on the positive class is answered; null: the most probable class. */
  threshold: number | null;
  inputs: readonly Pick<ManifestInput, "name" | "type">[];
  /** Everything that is wrong with a row, `path` a JSON pointer into it; empty when it may be scored. */
  validate(row: unknown): FieldProblem[];
  /**
   * One verdict a row, in order. Rows must have passed `validate`.
   * @throws ApiError model-failed where the model is of no more use and must be opened anew.
   */
  score(rows: Row[]): Promise<Verdict[]>;
  close(): Promise<void>;
}
