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
/** What JSON and URLs can write and a database's text cannot hold is none: NUL, and halves of surrogate pairs. */
export const text = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes("\0"), "holds NUL or half a character");
/** Hex SHA-256. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const currency = z.string().regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)");
/** Money in millionths of the currency's unit: 0.002 USD is 2000. */
export const micros = z.int();
export const count = z.int().nonnegative();

/** A value with its interval; `low` and `high` are null where none was computed. */
export const interval = z
  .object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
  .meta({ id: "Interval" });
export type Interval = z.infer<typeof interval>;

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: text.max(500).optional().meta({ description: "`nextCursor` of the page before" }),
});

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
