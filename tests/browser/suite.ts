// As much of a test runner as the shared suites need, for running them inside a page. Stands in for "vitest" there.

interface Entry {
  readonly title: string;
  readonly run: () => void | Promise<void>;
}

const entries: Entry[] = [];

export function describe(_title: string, body: () => void): void {
  body();
}

type Test = ((title: string, run: () => void | Promise<void>) => void) & {
  each<A extends readonly unknown[]>(
    rows: readonly A[],
  ): (title: string, run: (...row: A) => void | Promise<void>) => void;
};

const add = (title: string, run: () => void | Promise<void>): void => void entries.push({ title, run });
export const test: Test = Object.assign(add, {
  each:
    <A extends readonly unknown[]>(rows: readonly A[]) =>
    (title: string, run: (...row: A) => void | Promise<void>): void => {
      for (const row of rows) add(title.replace("%s", String(row[0])), () => run(...row));
    },
});

/** Equal by value: arrays, typed arrays of one kind, plain objects, and numbers with NaN equal to itself. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length && left.every(([key, value]) => equal(value, (b as Record<string, unknown>)[key]))
  );
}

export function expect(value: unknown): { toBe(other: unknown): void; toEqual(other: unknown): void } {
  const check = (holds: boolean, other: unknown): void => {
    if (!holds) throw new Error(`expected ${show(other)}, got ${show(value)}`);
  };
  return {
    toBe: (other) => check(Object.is(value, other), other),
    toEqual: (other) => check(equal(value, other), other),
  };
}

function show(value: unknown): string {
  return String(JSON.stringify(value, (_, own: unknown) => (typeof own === "bigint" ? `${own}n` : own))).slice(0, 300);
}

/** Runs all tests that were added; gives their titles, and what those said that failed. */
export async function runAll(): Promise<{ readonly passed: readonly string[]; readonly failed: readonly string[] }> {
  const passed: string[] = [];
  const failed: string[] = [];
  for (const { title, run } of entries.splice(0)) {
    try {
      await run();
      passed.push(title);
    } catch (error) {
      failed.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed, failed };
}
