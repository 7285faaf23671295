// A number for each of several steps ahead, beside what turned out.
import type { Label } from "@lepta/api";
import { formatCount, formatValue } from "../format/numbers.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import type { OutcomeView } from "./outcome-view.ts";

/** The ends of a series are enough of it for a list. */
function ends(values: readonly number[]): string {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return "–";
  return values.length === 1 ? formatValue(first) : `${formatValue(first)} … ${formatValue(last)}`;
}

const numbers = (label: Label): readonly number[] => (Array.isArray(label) ? label : []);

export const seriesView: OutcomeView<"series"> = {
  about: ({ steps }) => `in the next ${formatCount(steps)} steps`,
  text: ({ values }) => ends(values),
  figure: ({ values }) => `${formatCount(values.length)} steps`,
  label: (label) => ends(numbers(label)),
  right: () => undefined,
  answers: () => [],
  judged: false,
  cells: ({ values }) => Object.fromEntries(values.map((value, i) => [`value.${i + 1}`, value])),
  labelCell: (label) => numbers(label).join(" "),
  answer: ({ feedback }, { values }) => (
    <Steps values={values} truth={feedback ? numbers(feedback.label) : undefined} />
  ),
};

function Steps({ values, truth }: { values: readonly number[]; truth: readonly number[] | undefined }) {
  const columns: Column<number>[] = [
    { header: "Step", numeric: true, cell: (step) => formatCount(step + 1) },
    { header: "Answer", numeric: true, cell: (step) => formatValue(values[step] as number) },
    ...(truth
      ? [
          {
            header: "True",
            numeric: true,
            cell: (step: number) => (truth[step] === undefined ? "–" : formatValue(truth[step])),
          },
        ]
      : []),
  ];
  return <DataTable label="Steps" columns={columns} rows={values.map((_, i) => i)} rowKey={(step) => String(step)} />;
}
