// From probabilities to decided classes: the most probable class, or a threshold on the positive one.

/**
 * Class index decided for each row of `probabilities` [rows, classes].
 * With `threshold` (two classes): the `positive` class where its probability is at least `threshold`.
 * Without: the most probable class, the first of equals.
 */
export function decide(
  probabilities: ArrayLike<number>,
  classes: number,
  threshold?: { readonly positive: number; readonly value: number },
): Int32Array {
  const rows = probabilities.length / classes;
  const decided = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (threshold !== undefined) {
      const { positive, value } = threshold;
      decided[row] = probabilities[row * classes + positive]! >= value ? positive : 1 - positive;
      continue;
    }
    let best = 0;
    for (let other = 1; other < classes; other++)
      if (probabilities[row * classes + other]! > probabilities[row * classes + best]!) best = other;
    decided[row] = best;
  }
  return decided;
}
