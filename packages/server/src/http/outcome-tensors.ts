// What each kind of outcome is in the Open Inference Protocol: its tensors, and its values in them.
import type { InferRequest, Outcome, OutcomeKind, OutcomeOf } from "@lepta/api";
import type { OutcomeForm } from "@lepta/ml";
import type { TensorValue } from "./tensor-types.ts";

export type Metadata = { name: string; datatype: InferRequest["inputs"][number]["datatype"]; shape: number[] };

type FormOf<K> = Extract<OutcomeForm, { readonly kind: K }>;

interface InTensors<K extends OutcomeKind> {
  /** Name → datatype and values a row. */
  tensors(form: FormOf<K>): Readonly<Record<string, readonly [Metadata["datatype"], number]>>;
  /** A row's values in each. */
  values(outcome: OutcomeOf<K>, form: FormOf<K>): Readonly<Record<string, TensorValue[]>>;
}

const kinds: { readonly [K in OutcomeKind]: InTensors<K> } = {
  class: {
    tensors: ({ classes }) => ({ label: ["BYTES", 1], probabilities: ["FP64", classes.length] }),
    values: ({ label, probabilities }, { classes }) => ({
      label: [label],
      probabilities: classes.map((name) => probabilities[name] as number),
    }),
  },
  number: { tensors: () => ({ value: ["FP64", 1] }), values: ({ value }) => ({ value: [value] }) },
  series: { tensors: ({ steps }) => ({ values: ["FP64", steps] }), values: ({ values }) => ({ values }) },
  score: {
    tensors: () => ({ score: ["FP64", 1], flagged: ["BOOL", 1] }),
    values: ({ score, flagged }) => ({ score: [score], flagged: [flagged] }),
  },
};

export function outcomeTensors(form: OutcomeForm): Metadata[] {
  const kind = kinds[form.kind] as InTensors<OutcomeKind>;
  return Object.entries(kind.tensors(form)).map(([name, [datatype, width]]) => ({
    name,
    datatype,
    shape: [-1, width],
  }));
}

export function tensorValues(outcome: Outcome, form: OutcomeForm): Readonly<Record<string, TensorValue[]>> {
  return (kinds[form.kind] as InTensors<OutcomeKind>).values(outcome, form);
}
