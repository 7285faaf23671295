// `tabular.classifier()` and `tabular.regressor()`: what is learnt from a table.
import { checkKeys } from "./checks.ts";

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

/** Predicts a class: the more probable one. */
function classifier(): ClassifierTask<undefined>;
/** Predicts a class. `costs` (two classes, with `positive` named on the table) choose the threshold. */
function classifier(options: { readonly costs: Costs }): ClassifierTask<Costs>;
function classifier(options?: { readonly costs: Costs }): ClassifierTask {
  if (options !== undefined) checkKeys("tabular.classifier(…)", options, ["costs"]);
  return { kind: "classifier", costs: options?.costs };
}

export const tabular: {
  classifier: typeof classifier;
  /** Predicts a number. */
  regressor(): RegressorTask;
} = { classifier, regressor: () => ({ kind: "regressor" }) };
