// The small schemas that the nouns share: ids, times, names, money, intervals, pages.
import * as z from "zod";

export const id = z.uuid().meta({ description: "UUID" });
/** ISO 8601, UTC. */
export const time = z.iso.datetime().meta({ description: "ISO 8601, UTC" });
export const productName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "lower-case letters, digits, - and _, at most 64, starting with a letter or digit",
  )
  .meta({ description: "A product's name" });
const unstorable = "\\u0000\\ud800-\\udfff";
/** What JSON and URLs can write and a database's text cannot hold is none: NUL, and halves of surrogate pairs. */
export const text = z
  .string()
  .regex(new RegExp(`^[^${unstorable}]*$`, "u"), "holds NUL or half a character")
  // Tools whose strings are whole characters cannot read a pattern of halves.
  .meta({ pattern: "^[^\\u0000]*$" });
/** Largest number of a database's integer column. */
const maxInteger = 2 ** 31 - 1;
/** Hex SHA-256. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const currency = z.string().regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)");
/** Money in millionths of the currency's unit: 0.002 USD is 2000. */
export const micros = z.int();
export const count = z.int().nonnegative();

/** A value with its interval; `low` and `high` are null where there is none, and `reason` says why. */
export const interval = z
  .object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable(), reason: z.string().optional() })
  .meta({ id: "Interval" });
export type Interval = z.infer<typeof interval>;

/** A whole number in a query, in decimal digits alone: `0x10`, `1e2` and blanks are mistakes. */
export function queryNumber(minimum: number, maximum: number, more: { default?: number; description?: string } = {}) {
  return z
    .preprocess(
      (value) => (typeof value === "string" && /^-?[0-9]{1,16}$/.test(value) ? Number(value) : value),
      z.int().min(minimum).max(maximum),
    )
    .meta({ type: "integer", minimum, maximum, ...more });
}

/** A run's `seq`, or a count that the database holds as one. */
export const seqQuery = (description: string) => queryNumber(0, maxInteger, { default: 0, description }).default(0);

/** By what a list is told where its page begins: the last item's instant and id, or its name, or its number. */
const cursors = {
  instant:
    /^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  name: /^[a-z0-9][a-z0-9_-]{0,63}$/,
  number: /^[1-9][0-9]{0,8}$/,
} as const;

export function pageQuery(by: keyof typeof cursors) {
  return z.object({
    limit: queryNumber(1, 500, { default: 50, description: "Most items on the page; large ones are fewer" }).default(
      50,
    ),
    cursor: z
      .string()
      .regex(cursors[by], "is no cursor of this list")
      .optional()
      .meta({ description: "`nextCursor` of the page before, unchanged" }),
  });
}

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
