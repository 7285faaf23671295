// Counts, shares and measured values as text, in the reader's locale.
import type { Interval } from "@lepta/api";

export function formatCount(count: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

/** @param share 0 to 1 */
export function formatShare(share: number, locale?: string): string {
  return new Intl.NumberFormat(locale, {
    style: "percent",
    maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0,
  }).format(share);
}

/** A measured value: three decimals below 10, fewer above, so that columns of one metric line up. */
export function formatValue(value: number, locale?: string): string {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    Object.is(value, -0) || size < 0.5 * 10 ** -digits ? 0 : value,
  );
}

/** With its sign, for differences; a true minus sign. */
export function formatSigned(value: number, locale?: string): string {
  const text = formatValue(Math.abs(value), locale);
  if (Number(value.toFixed(3)) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** A p-value after "p": "= 0.043", "< 0.001". */
export function formatProbability(probability: number, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return probability < 0.001 ? `< ${format.format(0.001)}` : `= ${format.format(probability)}`;
}

/** The bounds alone, e.g. "0.741 to 0.862", or why there are none; undefined where none were computed. */
export function formatBounds({ low, high, reason }: Interval, signed = false, locale?: string): string | undefined {
  if (low === null || high === null) return reason === undefined ? undefined : `no interval: ${reason}`;
  const format = signed ? formatSigned : formatValue;
  return `${format(low, locale)} to ${format(high, locale)}`;
}
