// What every metric asks of its input before it computes: equal lengths, finite numbers, labels and probabilities in range.
import { MlError } from "../errors.ts";

/** Throws predictions-invalid unless both have the same, non-zero number of rows. */
export function checkRows(labels: ArrayLike<number>, rows: number, what: string): void {
  if (labels.length === rows && rows > 0) return;
  throw new MlError(
    "predictions-invalid",
    rows === 0 || labels.length === 0
      ? `There are no ${what} to measure.`
      : `${labels.length} labels, ${rows} ${what}.`,
    "Pass one label and one prediction for each row, and at least one row.",
  );
}

/** Throws predictions-invalid at the first number that is not finite. */
export function checkFinite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new MlError(
      "predictions-invalid",
      `The ${what} at position ${i} is ${values[i]}.`,
      "Leave out rows without a label, and check the model for NaN: a diverged training predicts it.",
    );
  }
}

/** Throws predictions-invalid unless each label is an integer class index below `classes`. */
export function checkLabels(labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new MlError(
      "predictions-invalid",
      `The label at row ${i} is ${label}; class indices run from 0 to ${classes - 1}.`,
      "Encode each label as the index of its class.",
    );
  }
}

/** Throws predictions-invalid unless each value lies in [0, 1] (2^-20 of rounding is let through). */
export function checkProbabilities(values: ArrayLike<number>): void {
  checkFinite(values, "probability");
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= -(2 ** -20) && value <= 1 + 2 ** -20) continue;
    throw new MlError(
      "predictions-invalid",
      `The probability at position ${i} is ${value}.`,
      "Pass probabilities in [0, 1], after softmax or sigmoid, not logits.",
    );
  }
}
