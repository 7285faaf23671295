// `tabular.classifier()`, `tabular.regressor()` and `tabular.task(…)`: what is learnt from a table.
import type { Label } from "@lepta/api";
import { taskFamilies, taskFamily } from "@lepta/ml";
import { checkKeys, checkWord } from "./checks.ts";

/** What a wrong answer costs, in any one unit; a right answer costs nothing. */
export interface Costs {
  /** A case of the positive class that was taken for the other. */
  readonly falseNegative: number;
  /** A case of the other class that was taken for the positive. */
  readonly falsePositive: number;
}

/** A task as a product file has it: the maker of its family, and that maker's options. */
export interface ProductTask<Kind extends string = string, L = Label> {
  readonly kind: Kind;
  readonly costs?: Costs | undefined;
  /** Never there: the type of the labels that a typed client knows. */
  readonly label?: L;
}

declare const own: unique symbol;

/** A task of one's own; the types of gates and labels that the house's tasks have are not its. */
export interface OwnTask<L = Label> extends ProductTask<string, L> {
  readonly [own]: true;
}

export interface ClassifierTask<K extends Costs | undefined = Costs | undefined>
  extends ProductTask<"classifier", string> {
  readonly costs: K;
}

export type RegressorTask = ProductTask<"regressor", number>;

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
  /**
   * A task of one's own, by the maker of its family: `registerTaskFamily` of @lepta/ml made it known before.
   * Throws `product-invalid` where no family has the maker, or it has no such option.
   */
  task<L extends Label = Label>(maker: string, options?: Readonly<Record<string, unknown>>): OwnTask<L>;
} = {
  classifier,
  regressor: () => ({ kind: "regressor" }),
  task<L extends Label>(maker: string, options: Readonly<Record<string, unknown>> = {}) {
    checkWord(
      "tabular.task(…): the maker",
      maker,
      taskFamilies().map((family) => family.maker),
    );
    checkKeys(`tabular.task("${maker}", …)`, options, taskFamily(maker).options);
    return { kind: maker, ...options } as OwnTask<L>;
  },
};
