// Figures as people read them.

/** "1,000". */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Money from millionths of the currency's unit, exact: "0.20 USD", "0.002 USD", "12.50 USD". */
export function formatMoney(amountMicros: number, currency: string): string {
  const sign = amountMicros < 0 ? "-" : "";
  const micros = Math.abs(amountMicros);
  const decimals = String(micros % 1_000_000)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${sign}${Math.floor(micros / 1_000_000)}.${decimals} ${currency}`;
}

/** Four decimals below ten, fewer above; three digits where four decimals would show nothing. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.0001) return value.toExponential(2);
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(2);
}

/** "1 row", "2 rows". */
export function plural(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}
