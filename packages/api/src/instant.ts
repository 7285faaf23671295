// Instants as callers write them: RFC 3339, any offset; read as UTC.
import * as z from "zod";

const date = "((?:19[7-9][0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))";
const clock = "((?:[01][0-9]|2[0-3]):[0-5][0-9]):([0-5][0-9]|60)(\\.[0-9]{1,30})?";
const offset = "([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
const rfc3339 = new RegExp(`^${date}[Tt]${clock}${offset}$`);

/** Last millisecond of the year 9999. */
const latest = 253_402_300_799_999;

/**
 * An RFC 3339 time as milliseconds since 1970, rounded down; undefined where it is none, or outside of 1970 to 9999. A
 * leap second (`:60`, at the end of a UTC day alone) is the instant after it.
 */
function readInstant(value: string): number | undefined {
  const match = rfc3339.exec(value);
  if (!match) return undefined;
  const [, day = "", minutes = "", seconds = "", fraction = "", zone = ""] = match;
  const leap = seconds === "60";
  const millis = fraction === "" ? "" : fraction.slice(0, 4).padEnd(4, "0");
  const read = Date.parse(`${day}T${minutes}:${leap ? "59" : seconds}${millis}${zone.toUpperCase()}`);
  // JavaScript takes 31 November for 1 December.
  const inMonth = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (Number.isNaN(read) || !inMonth || read < 0 || read > latest) return undefined;
  if (!leap) return read;
  const after = Math.floor(read / 1000) * 1000 + 1000;
  return after % 86_400_000 === 0 ? after : undefined;
}

/** What a caller sends for an instant; read as ISO 8601 in UTC with milliseconds. */
export const instant = z
  .string()
  .max(64)
  .regex(rfc3339, "must be a time of RFC 3339 between 1970 and 9999, e.g. 2026-11-28T09:30:00+01:00")
  .transform((value, context) => {
    const read = readInstant(value);
    if (read !== undefined) return new Date(read).toISOString();
    context.addIssue({ code: "custom", message: `${value} is no day of the calendar, or not between 1970 and 9999` });
    return z.NEVER;
  })
  .meta({ type: "string", format: "date-time", maxLength: 64, pattern: rfc3339.source });
