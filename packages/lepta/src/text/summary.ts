// What a ship ends with, in four lines: how good, at what cost, what is owed.
import type { Experiment, Invoice } from "@lepta/api";
import type { Evaluation } from "@lepta/ml";
import { nothingToInvoice } from "./invoice-text.ts";
import { intervalText } from "./metrics-text.ts";
import { formatCount, formatFigure, formatMoney } from "./numbers.ts";
import { trivialLines } from "./trivial-lines.ts";

/** How much of it nobody is billed for, being our own. */
function ownOf({ lines }: Invoice): string {
  const own = lines.reduce((sum, line) => sum + line.own, 0);
  return own === 0 ? "" : `${formatCount(own)} of them own use, `;
}

export function shipSummary(shipped: {
  readonly models: readonly (Pick<Evaluation, "metrics" | "trivial"> & { readonly model: string })[];
  readonly challenger: string;
  readonly experiment: Experiment;
  readonly invoice: Invoice | null;
  readonly predictions: number;
}): string[] {
  const { models, challenger, experiment, invoice, predictions } = shipped;
  const judged = models.find(({ model }) => model === challenger);
  const [deciding] = Object.entries(judged?.metrics ?? {});
  const scores = models.flatMap(({ model, metrics }) => {
    const metric = deciding && metrics[deciding[0]];
    return metric === undefined ? [] : [`${model} ${intervalText(metric)}`];
  });
  const costs = experiment.variants.flatMap(({ name: variant, cost }) =>
    cost === null ? [] : [`${variant} ${formatFigure(cost.value)}`],
  );
  const warnings = models.flatMap(({ model, trivial }) => (trivial.beaten ? [] : trivialLines(model, trivial)));
  return [
    ...warnings,
    ...(deciding === undefined ? [] : [`${deciding[1].title}  ${scores.join(", ")}`]),
    `mean ${experiment.metric}  ${costs.join(", ")}`,
    invoice === null
      ? nothingToInvoice(predictions)
      : `invoice ${invoice.number}  ${formatCount(predictions)} predictions in ${invoice.period}, ${ownOf(invoice)}${formatMoney(invoice.totalMicros, invoice.currency)}`,
  ];
}
