// An invoice and a usage summary as people read them.
import type { Invoice, UsageSummary } from "@lepta/api";
import { formatCount, formatMoney } from "./numbers.ts";
import { textTable } from "./text-table.ts";

/** Head, one line a model version and price (count, version, data hash), the total, and what the price is for. */
export function invoiceText(invoice: Invoice): string[] {
  const { number, period, status, currency, totalMicros, lines } = invoice;
  const rows = lines.map((line) => [
    line.period,
    line.product,
    `${line.model.name} v${line.model.version}`,
    line.dataHash.slice(0, 12),
    formatCount(line.count),
    formatCount(line.own),
    formatCount(line.free),
    formatCount(line.billed),
    formatMoney(line.unitPriceMicros, currency),
    formatMoney(line.amountMicros, currency),
  ]);
  const head = [
    "used in",
    "product",
    "model version",
    "data hash",
    "predictions",
    "own use",
    "free",
    "billed",
    "price",
    "amount",
  ];
  return [
    `invoice ${number} for ${period} (${status})`,
    ...textTable([head, ...rows]),
    `total ${formatMoney(totalMicros, currency)}`,
    ...(lines.some(({ own }) => own > 0) ? [ownUse] : []),
  ];
}

const ownUse = "own use (held-out rows, tests) is counted and not billed; calls with a customer's key are";

export function nothingToInvoice(predictions: number): string {
  return `${formatCount(predictions)} prediction${predictions === 1 ? "" : "s"} counted, nothing to invoice`;
}

export function usageText(usage: UsageSummary): string[] {
  const period = `${usage.from.slice(0, 10)} to ${usage.to.slice(0, 10)}`;
  if (usage.total === 0) return [`no predictions, ${period}`];
  const rows = usage.lines.map((line) => [
    line.product,
    `${line.model.name} v${line.model.version}`,
    line.dataHash.slice(0, 12),
    formatCount(line.count),
    formatCount(line.own),
  ]);
  const prices = usage.prices.map(
    ({ product, amountMicros, currency, freePerMonth }) =>
      `${product}: ${formatMoney(amountMicros, currency)} a prediction, ${formatCount(freePerMonth)} a month free`,
  );
  return [
    `${formatCount(usage.total)} predictions, ${period}`,
    ...textTable([["product", "model version", "data hash", "predictions", "own use"], ...rows]),
    ...prices,
  ];
}
