// How unusual a row is, and whether it was flagged.
import { formatValue } from "../format/numbers.ts";
import type { OutcomeView } from "./outcome-view.ts";

const flag = (flagged: boolean): string => (flagged ? "flagged" : "not flagged");
const unusual = (label: unknown): string => (label === true ? "unusual" : "usual");

export const scoreView: OutcomeView<"score"> = {
  about: () => "is scored by how unusual it is",
  text: ({ flagged }) => flag(flagged),
  figure: ({ score }) => formatValue(score),
  label: unusual,
  right: ({ flagged }, truth) => flagged === truth,
  answers: () => [true, false].map((flagged) => ({ value: String(flagged), label: flag(flagged) })),
  judged: true,
  cells: ({ score, flagged }) => ({ score, flagged }),
  labelCell: (label) => label === true,
  answer: ({ decision }, { score, flagged }) => (
    <p>
      The row’s score is <b>{formatValue(score)}</b>
      {decision && (
        <>
          ; rows are flagged from <b>{formatValue(decision.threshold)}</b> on, so this one is {flag(flagged)}
        </>
      )}
      .
    </p>
  ),
};
