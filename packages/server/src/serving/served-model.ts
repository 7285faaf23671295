// A model as serving sees it: checks rows, scores rows, and says what it is.
import type { FieldProblem, Outcome, Row } from "@lepta/api";
import type { ManifestInput, OutcomeForm } from "@lepta/ml";

export interface ServedModel {
  versionId: string;
  outcome: OutcomeForm;
  inputs: readonly Pick<ManifestInput, "name" | "type">[];
  /** Everything that is wrong with a row, `path` a JSON pointer into it; empty when it may be scored. */
  validate(row: unknown): FieldProblem[];
  /**
   * One outcome a row, in order; its numbers may be NaN or infinite. Rows must have passed `validate`.
   * @throws ApiError model-failed where the model is of no more use and must be opened anew.
   */
  score(rows: Row[]): Promise<Outcome[]>;
  close(): Promise<void>;
}
