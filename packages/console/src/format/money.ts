// Money from integer micro-units to text, exactly: no float takes part.

/**
 * The amount as a decimal number in text, e.g. 2000 → "0.002".
 * @param micros integer millionths of the currency's unit
 */
export function microsToDecimal(micros: number | bigint): `${number}` {
  const whole = BigInt(micros);
  const sign = whole < 0n ? "-" : "";
  const magnitude = whole < 0n ? -whole : whole;
  const fraction = (magnitude % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${sign}${magnitude / 1_000_000n}${fraction === "" ? "" : `.${fraction}`}` as `${number}`;
}

/**
 * The amount in a currency, with as many decimals as it really has (at least the currency's own).
 * @param currency ISO 4217
 * @param locale BCP 47; the reader's when absent
 */
export function formatMicros(micros: number | bigint, currency: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 6 });
  return format.format(microsToDecimal(micros));
}
