// Taking rows and columns: views that hold what copies would, and copy and hash nothing before they are asked.
import fc from "fast-check";
import { expect, test } from "vitest";
import { removeDuplicates } from "./clean/duplicates.ts";
import { rowKeysOf } from "./split/row-keys.ts";
import { type Column, columnOf, isNumeric, makeTable, type Table, takeColumns, takeRows, withReport } from "./table.ts";

const size = 7;
const cells = { minLength: size, maxLength: size };
const column = (name: string): fc.Arbitrary<Column> =>
  fc.oneof(
    fc
      .array(fc.constantFrom(0, -0, 1, 2.5, Number.NaN), cells)
      .map((list): Column => ({ name, type: "number", data: Float64Array.from(list) })),
    fc.array(fc.constantFrom("", "x", "y", "1"), cells).map((data): Column => ({ name, type: "category", data })),
  );
const base = fc
  .record({
    columns: fc.tuple(column("a"), column("b"), column("c")),
    keys: fc.option(fc.array(fc.nat(3), cells), { nil: undefined }),
    rejected: fc.boolean(),
  })
  .map(({ columns, keys, rejected }) =>
    makeTable(columns, {
      notes: ["a note"],
      source: { path: "a.csv", format: "csv", bytes: 9 },
      rowNumbers: Float64Array.from({ length: size }, (_, i) => 2 * i + 1),
      ...(rejected ? { rejected: [{ line: 3, reason: "r", text: "t" }] } : {}),
      ...(keys === undefined ? {} : { rowKeys: () => Float64Array.from(keys) }),
    }),
  );

/** One step of a chain; `touch` asks a view for something on its way. */
type Step =
  | { readonly kind: "rows"; readonly picks: readonly number[] }
  | { readonly kind: "all" }
  | { readonly kind: "columns"; readonly names: readonly string[] }
  | { readonly kind: "touch"; readonly what: "hash" | "rowKeys" | "data" };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("rows" as const), picks: fc.array(fc.nat(99), { maxLength: 9 }) }),
  fc.record({ kind: fc.constant("all" as const) }),
  fc.record({
    kind: fc.constant("columns" as const),
    names: fc.shuffledSubarray(["a", "b", "c"], { minLength: 1 }),
  }),
  fc.record({ kind: fc.constant("touch" as const), what: fc.constantFrom("hash" as const, "rowKeys", "data") }),
);

/** The copying way. */
function copied(table: Table, rows: readonly number[] | undefined, names: readonly string[]): Table {
  const columns = names.map((name): Column => {
    const own = columnOf(table, name);
    if (rows === undefined) return own;
    if (isNumeric(own)) return { ...own, data: Float64Array.from(rows, (row) => own.data[row] as number) };
    return { ...own, data: rows.map((row) => own.data[row] as string) };
  });
  const { rejected, unreadable, notes, source, rowNumbers, rowKeys } = table;
  return makeTable(columns, {
    source,
    ...(rows !== undefined ? {} : { rejected, unreadable, notes, ...(rowNumbers === undefined ? {} : { rowNumbers }) }),
    ...(rowKeys === undefined
      ? {}
      : { rowKeys: rows === undefined ? rowKeys : Float64Array.from(rows, (row) => rowKeys[row] as number) }),
  });
}

const touched = (table: Table, what: "hash" | "rowKeys" | "data"): void =>
  void (what === "data" ? table.columns.map(({ data }) => data) : table[what]);

test("property: any chain of rows and columns is what copies are", () => {
  fc.assert(
    fc.property(base, fc.array(step, { maxLength: 8 }), (table, steps) => {
      let view = table;
      let copy = copied(
        table,
        undefined,
        table.columns.map(({ name }) => name),
      );
      for (const own of steps) {
        const names = copy.columns.map(({ name }) => name);
        const rows =
          own.kind === "rows"
            ? own.picks.flatMap((pick) => (copy.rowCount === 0 ? [] : [pick % copy.rowCount]))
            : Array.from({ length: copy.rowCount }, (_, row) => row);
        if (own.kind === "touch") touched(view, own.what);
        else if (own.kind === "columns") {
          const kept = own.names.filter((name) => names.includes(name));
          if (kept.length === 0) continue;
          view = takeColumns(view, kept);
          copy = copied(copy, undefined, kept);
        } else {
          view = takeRows(view, rows);
          copy = copied(copy, rows, names);
        }
      }
      expect(rowKeysOf(view)).toEqual(rowKeysOf(copy));
      expect({ ...view }).toEqual({ ...copy });
      expect(structuredClone({ ...view })).toEqual({ ...copy });
    }),
    { numRuns: 400 },
  );
});

/** A table that counts how often its values and keys are asked for. */
function watchedTable(): { table: Table; asked: { data: number; keys: number } } {
  const asked = { data: 0, keys: 0 };
  const watched: Column = {
    name: "x",
    type: "category",
    get data() {
      asked.data++;
      return ["p", "q", "r", "s"];
    },
  };
  const rowKeys = (): Float64Array => {
    asked.keys++;
    return Float64Array.of(1, 2, 3, 4);
  };
  const table = makeTable([watched], { rowKeys });
  asked.data = 0;
  return { table, asked };
}

test("nothing is copied before a column's values are asked for, and then once", () => {
  const { table, asked } = watchedTable();
  const view = takeRows(takeRows(table, [3, 2, 0]), [2, 0]);
  const again = takeColumns(withReport(view, { rejected: [], unreadable: [], notes: [] }), ["x"]);
  expect([again.rowCount, asked]).toEqual([2, { data: 0, keys: 0 }]);
  const [own] = again.columns;
  for (let i = 0; i < 5; i++) expect(own?.data[i % 2]).toBe(i % 2 === 0 ? "p" : "s");
  expect(own?.data).toBe(view.columns[0]?.data);
  expect(asked).toEqual({ data: 1, keys: 0 });
  expect([[...again.rowKeys!], [...view.rowKeys!]]).toEqual([
    [1, 4],
    [1, 4],
  ]);
  expect(asked.keys).toBe(1);
});

test("the whole table's rows are its own columns, and its hashes", () => {
  const { table } = watchedTable();
  const { rowHashes } = table;
  const whole = takeRows(table, [0, 1, 2, 3]);
  expect(whole.columns).toBe(table.columns);
  expect(whole.rowHashes).toBe(rowHashes);
  expect(takeColumns(whole, ["x"]).rowHashes).toBe(rowHashes);
});

test("rows without their repetitions are a view as well", () => {
  const { table, asked } = watchedTable();
  const repeated = takeRows(table, [1, 1, 0, 1]);
  const { table: kept, report } = removeDuplicates(repeated);
  expect(report).toEqual({ removed: 2, rows: Int32Array.of(1, 3) });
  expect([kept.rowCount, [...kept.rowKeys!]]).toEqual([2, [2, 1]]);
  expect(kept.columns[0]?.data).toEqual(["q", "p"]);
  expect(asked.keys).toBe(1);
});
