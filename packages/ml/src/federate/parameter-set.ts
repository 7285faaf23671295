// Named parameter sets, as participants of joint training exchange them, and the arithmetic on them.
import { MlError } from "../errors.ts";

/** Flat values by parameter name; every participant has the same names and lengths. */
export type ParameterSet = Readonly<Record<string, Float32Array>>;

/** Throws updates-mismatch unless `other` has exactly the names and lengths of `reference`, all values finite. */
export function checkSameParameters(reference: ParameterSet, other: ParameterSet, who: string): void {
  for (const name of new Set([...Object.keys(reference), ...Object.keys(other)])) {
    const expected = reference[name]?.length ?? 0;
    const actual = other[name]?.length ?? 0;
    if (expected !== actual) throw mismatch(`${who} has ${actual} values for "${name}", expected ${expected}.`);
    const bad = other[name]?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (bad >= 0) throw mismatch(`${who} has ${other[name]?.[bad]} at position ${bad} of "${name}".`);
  }
}

/** a + factor · b, by name. */
export function addScaled(a: ParameterSet, b: ParameterSet, factor: number): Record<string, Float32Array> {
  checkSameParameters(a, b, "The second set");
  return mapParameters(a, (values, name) => values.map((value, i) => value + factor * b[name]![i]!));
}

/** Euclidean norm over all parameters together. */
export function parameterNorm(parameters: ParameterSet): number {
  let squares = 0;
  for (const values of Object.values(parameters)) for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** Another set with the same names. */
export function mapParameters(
  parameters: ParameterSet,
  change: (values: Float32Array, name: string) => Float32Array,
): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, change(values, name)]));
}

/** updates-mismatch with its fix. */
export function mismatch(message: string): MlError {
  return new MlError(
    "updates-mismatch",
    message,
    "Let every participant train the same architecture from the same parameters, and leave out diverged ones.",
  );
}
