// The outcome kinds as the console shows them. What a product learnt is a name that is shown, never looked at.
import type { Label, OutcomeKind, PredictionRecord } from "@lepta/api";
import { classView } from "./class.tsx";
import { numberView } from "./number.tsx";
import type { OutcomeView } from "./outcome-view.ts";
import { scoreView } from "./score.tsx";
import { seriesView } from "./series.tsx";

const views = {
  class: classView,
  number: numberView,
  series: seriesView,
  score: scoreView,
} satisfies { [K in OutcomeKind]: OutcomeView<K> };

/** The view of a kind. Its forms and outcomes are of that kind alone. */
export function viewOf({ kind }: { readonly kind: OutcomeKind }): OutcomeView<OutcomeKind> {
  return views[kind] as OutcomeView<OutcomeKind>;
}

/** The answer of a prediction in a word or two. */
export function answerText({ outcome }: Pick<PredictionRecord, "outcome">): string {
  return viewOf(outcome).text(outcome);
}

/** The true label of a prediction in a word or two. */
export function labelText({ outcome }: Pick<PredictionRecord, "outcome">, label: Label): string {
  return viewOf(outcome).label(label);
}
