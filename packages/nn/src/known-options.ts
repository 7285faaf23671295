// Options by name: a misspelt one is an error that names the nearest, not a default that nobody asked for.
import { NnError } from "./errors.ts";

/**
 * Throws `training-option-invalid` for a name that is no option of `where`, and for options that are no object.
 * The type asks for every name of the options' interface, so that a new option is not forgotten here.
 */
export function knownOptions<O extends object>(where: string, given: O, names: Readonly<Record<keyof O, true>>): void {
  if (typeof given !== "object" || given === null) {
    throw new NnError(
      "training-option-invalid",
      `${where}: its options are ${given === null ? "null" : `a ${typeof given}`}.`,
      `Give an object with options among ${Object.keys(names).join(", ")}.`,
    );
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const [nearest] = Object.keys(names)
    .map((name) => ({ name, far: distance(unknown.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(2, name.length / 3))
    .sort((a, b) => a.far - b.far);
  throw new NnError(
    "training-option-invalid",
    `${where} has no option ${JSON.stringify(unknown)}${nearest === undefined ? "" : `; is ${nearest.name} meant?`}`,
    `Give options among ${Object.keys(names).join(", ")}.`,
  );
}

/** Levenshtein's distance: characters to put in, leave out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
