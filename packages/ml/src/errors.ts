// The error of this package and the list of its codes; each code has a page in docs/errors.

/** Code → one-line meaning. Codes are stable: callers match on them. */
export const mlErrors = {
  "predictions-invalid": "Predictions and labels do not fit together, or hold values that are not probabilities.",
  "metric-undefined": "The metric has no value on these labels, for example AUC on one class.",
  "cost-matrix-invalid": "The cost matrix is not finite, or being right costs more than being wrong.",
  "bootstrap-invalid": "Resamples, level or strata of a bootstrap are out of range.",
  "search-space-invalid": "A parameter of a search space has an empty or impossible range.",
  "search-failed": "No trial of a search ended with a value.",
  "explain-input-invalid": "The columns or rows to explain are missing or do not fit together.",
  "compress-unsupported": "The graph holds nothing that this compression can shrink.",
  "updates-mismatch": "Parameter sets of different participants do not have the same names and lengths.",
  "mask-range": "A value does not fit the fixed-point range of secure aggregation.",
  "privacy-parameters-invalid": "A parameter of differential privacy is out of range.",
  "no-features": "No column is left to learn from.",
  "task-unsupported": "The schema has no target, or the model does not fit the task.",
  "setting-unknown": "The model has no setting of that name.",
  "training-rows-invalid":
    "The training rows are too few, lack a class, or hold a class that the schema does not have.",
  "stored-task-damaged": "A trained task's stored files are not the ones that were written.",
  "bundle-not-found": "No bundle lies at the path.",
  "bundle-corrupt": "A bundle's files do not fit its manifest, or the manifest is not one.",
  "bundle-version": "The bundle was written in a format that this version does not read.",
  "bundle-too-large": "A file of the bundle is larger than the limit.",
  "bundle-target-occupied": "The folder to write the bundle to holds something else.",
  "scored-column-invalid": "A column of a table to score holds another type than the model takes.",
} as const;

/** A code of this package. */
export type MlErrorCode = keyof typeof mlErrors;

/** What went wrong (`message`), what to do about it (`fix`), and what to match on (`code`). */
export class MlError extends Error {
  readonly code: MlErrorCode;
  readonly fix: string;

  constructor(code: MlErrorCode, message: string, fix: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "MlError";
    this.code = code;
    this.fix = fix;
  }
}
