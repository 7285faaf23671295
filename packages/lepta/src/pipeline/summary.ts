// What a ship ends with, in four lines: how good, at what cost, what is owed.
import type { Experiment, Invoice } from "@lepta/api";
import { nothingToInvoice } from "./bill.ts";
import type { Evaluation } from "./evaluation.ts";
import { intervalText, metricNames, metricTitle } from "./metrics-text.ts";
import { formatCount, formatFigure, formatMoney } from "./numbers.ts";
import { type Role, roles } from "./roles.ts";
import { trivialLines } from "./trivial.ts";

/** How much of it nobody is billed for, being our own. */
function ownOf({ lines }: Invoice): string {
  const own = lines.reduce((sum, line) => sum + line.own, 0);
  return own === 0 ? "" : `${formatCount(own)} of them own use, `;
}

export function shipSummary(shipped: {
  readonly models: Readonly<Record<Role, Evaluation>>;
  readonly experiment: Experiment;
  readonly invoice: Invoice | null;
  readonly predictions: number;
}): string[] {
  const { models, experiment, invoice, predictions } = shipped;
  const name = metricNames.find((metric) => models.network.metrics[metric] !== undefined);
  const scores = roles.flatMap((role) => {
    const metric = name === undefined ? undefined : models[role].metrics[name];
    return metric === undefined ? [] : [`${role} ${intervalText(metric)}`];
  });
  const costs = experiment.variants.flatMap(({ name: variant, cost }) =>
    cost === null ? [] : [`${variant} ${formatFigure(cost.value)}`],
  );
  const warnings = roles.flatMap((role) =>
    models[role].trivial.beaten ? [] : trivialLines(role, models[role].trivial),
  );
  return [
    ...warnings,
    ...(name === undefined ? [] : [`${metricTitle(name)}  ${scores.join(", ")}`]),
    `mean ${experiment.metric}  ${costs.join(", ")}`,
    invoice === null
      ? nothingToInvoice(predictions)
      : `invoice ${invoice.number}  ${formatCount(predictions)} predictions in ${invoice.period}, ${ownOf(invoice)}${formatMoney(invoice.totalMicros, invoice.currency)}`,
  ];
}
