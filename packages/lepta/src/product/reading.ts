// What a product file may say about how its table's values are written.
import { dateOrders, decimalMarks, thousandsMarks } from "@lepta/data";
import { checkKeys, checkWord, refuse, shown } from "./checks.ts";
import { columnTypes } from "./columns.ts";

const keys = ["na", "decimal", "thousands", "dates"];

/** Throws `product-invalid`, which names the key. */
export function checkReading(what: string, reading: unknown): void {
  checkKeys(what, reading, [...keys, "columns"]);
  const { columns, ...all } = reading as { columns?: unknown };
  checkOptions(what, all);
  if (columns === undefined) return;
  if (typeof columns !== "object" || columns === null || Array.isArray(columns))
    refuse(`${what}.columns is ${shown(columns)}.`, 'Give an object such as { income: { na: ["unknown"] } }.');
  for (const [name, own] of Object.entries(columns as object)) {
    checkKeys(`${what} of column "${name}"`, own, [...keys, "type"]);
    checkOptions(`${what} of column "${name}"`, own as object);
    const { type } = own as { type?: unknown };
    if (type !== undefined) checkWord(`${what} of column "${name}": type`, type, columnTypes);
  }
}

function checkOptions(what: string, options: object): void {
  const { na, decimal, thousands, dates } = options as Record<string, unknown>;
  const spelling = (value: unknown): boolean => typeof value === "string" || Number.isFinite(value);
  if (na !== undefined && !(Array.isArray(na) && na.every(spelling)))
    refuse(`${what}: na is ${shown(na)}.`, 'Give a list of texts or numbers, such as ["unknown", -999].');
  if (decimal !== undefined) checkWord(`${what}: decimal`, decimal, decimalMarks);
  if (thousands !== undefined) checkWord(`${what}: thousands`, thousands, thousandsMarks);
  if (dates !== undefined) checkWord(`${what}: dates`, dates, dateOrders);
}
