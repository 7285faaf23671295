// Reads a time from its text, the same on every machine: no offset means UTC.

const form =
  /^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Milliseconds since 1970 (UTC) of a day or an instant in ISO 8601; the `T` may be a space. A text without an offset
 * is UTC, as it is when a table is read, whatever the machine's time zone. NaN for everything else, days that do not
 * exist among it; digits after the millisecond are cut off.
 */
export function parseTime(text: string): number {
  const parts = form.exec(text.trim());
  if (parts === null) return Number.NaN;
  const [, year, month, day, hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = parts;
  const time = new Date(0);
  time.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // 30 February rolls over into March.
  if (time.getUTCMonth() !== Number(month) - 1 || time.getUTCDate() !== Number(day)) return Number.NaN;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return Number.NaN;
  const offset = offsetMinutes(zone);
  time.setUTCHours(
    Number(hours),
    Number(minutes) - offset,
    Number(seconds),
    Number(fraction.padEnd(3, "0").slice(0, 3)),
  );
  return time.getTime();
}

/** "+02:00", "+0200", "+02" or "Z". */
function offsetMinutes(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith("-") ? -minutes : minutes;
}
