// A number.
import { formatValue } from "../format/numbers.ts";
import type { OutcomeView } from "./outcome-view.ts";

export const numberView: OutcomeView<"number"> = {
  about: () => "is a number",
  text: ({ value }) => formatValue(value),
  figure: () => undefined,
  label: (label) => formatValue(Number(label)),
  right: () => undefined,
  answers: () => [],
  judged: false,
  cells: ({ value }) => ({ value }),
  labelCell: Number,
  answer: () => null,
};
