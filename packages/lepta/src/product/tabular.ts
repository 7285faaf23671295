// `tabular.classifier()` and `tabular.regressor()`: what is learnt from a table.

/** What a wrong answer costs, in any one unit; a right answer costs nothing. */
export interface Costs {
  /** A case of the positive class that was taken for the other. */
  readonly falseNegative: number;
  /** A case of the other class that was taken for the positive. */
  readonly falsePositive: number;
}

export interface ClassifierTask<K extends Costs | undefined = Costs | undefined> {
  readonly kind: "classifier";
  readonly costs: K;
}

export interface RegressorTask {
  readonly kind: "regressor";
}

export const tabular: {
  /** Predicts a class. `costs` (two classes, with `positive` named on the table) choose the threshold. */
  classifier<const K extends Costs | undefined = undefined>(options?: { readonly costs?: K }): ClassifierTask<K>;
  /** Predicts a number. */
  regressor(): RegressorTask;
} = {
  classifier: <const K extends Costs | undefined = undefined>(options: { readonly costs?: K } = {}) => ({
    kind: "classifier",
    costs: options.costs as K,
  }),
  regressor: () => ({ kind: "regressor" }),
};
