// A product's gates as people read them.
import { intervalText } from "./metrics-text.ts";
import { formatFigure } from "./numbers.ts";
import { textTable } from "./text-table.ts";

export type GateResult = {
  /** For example "AUC at least 0.75". */
  readonly gate: string;
  /** The model that was judged. */
  readonly model: string;
  /** null where the test part has no such figure. */
  readonly measured: number | null;
  readonly bound: number | null;
  readonly passed: boolean;
  /** Of the model less the champion on the same rows, 95 %. */
  readonly difference?: { readonly value: number; readonly low: number; readonly high: number };
  /** On what it was measured, or why not. */
  readonly note?: string;
};

export function gatesText(results: readonly GateResult[]): string[] {
  if (results.length === 0) return [];
  const figure = (value: number | null): string => (value === null ? "none" : formatFigure(value));
  const paired = results.some(({ difference }) => difference !== undefined);
  const notes = new Set(results.flatMap(({ note }) => note ?? []));
  return [
    ...textTable([
      ["gate", "model", "measured", "bound", ...(paired ? ["difference"] : []), ""],
      ...results.map(({ gate, model, measured, bound, difference, passed }) => [
        gate,
        model,
        figure(measured),
        figure(bound),
        ...(paired ? [difference === undefined ? "" : intervalText(difference)] : []),
        passed ? "passed" : "failed",
      ]),
    ]),
    ...notes,
  ];
}
