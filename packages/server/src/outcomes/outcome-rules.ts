// What the server asks of a kind of outcome: the parts that its entry gives.
import type { CostMatrix, Label, OutcomeFormOf, OutcomeKind, OutcomeOf } from "@lepta/api";
import type { Bounds, OutcomeForm as ModelForm } from "@lepta/ml";
import type { SQL } from "drizzle-orm";

/** What a labelled prediction costs in experiments. */
export interface CostRule {
  /** What the costs are called, for example "error rate". */
  readonly metric: string;
  /** What one labelled prediction can cost; undefined where nothing bounds it. */
  readonly bounds: Bounds | undefined;
}

type AnswerField<K extends OutcomeKind> = K extends OutcomeKind ? Exclude<keyof OutcomeOf<K>, "kind"> : never;

/** Everything about one kind of outcome that a rule over stored state hangs on. */
export interface OutcomeRules<K extends OutcomeKind> {
  /** The product's form, of a model's. */
  formOf(form: Extract<ModelForm, { readonly kind: K }>): OutcomeFormOf<K>;
  /** Whether a product of `form` may go on with models of `next`: its clients and stored labels fit both. */
  goesOnAs(form: OutcomeFormOf<K>, next: OutcomeFormOf<K>): boolean;
  /** Whether it can be written as JSON: no NaN, no infinity. */
  finite(outcome: OutcomeOf<K>): boolean;
  /** A label as it is stored; undefined where it is none of the form. */
  label(given: Label, form: OutcomeFormOf<K>): Label | undefined;
  /** What a label is, in words that go on from "Send". */
  labels(form: OutcomeFormOf<K>): string;
  /** The outcome's field that a label says the truth of. */
  readonly answer: AnswerField<K>;
  /** What cost matrices speak of, as text; undefined where there are none. */
  costClasses(form: OutcomeFormOf<K>): readonly string[] | undefined;
  costRule(costs: CostMatrix | null): CostRule;
  /**
   * The cost of one labelled prediction as numeric.
   * @param answer @param truth the answer and the label, jsonb @param costs the deployment's matrix, jsonb; may be null
   */
  cost(answer: SQL, truth: SQL, costs: SQL): SQL;
  /** One number that stands for the outcome where its distribution is watched, as float8. @param outcome jsonb */
  watched(outcome: SQL): SQL;
  /** The class that an answer's threshold speaks of; null for none; undefined: no threshold decides. */
  positive(form: OutcomeFormOf<K>): string | null | undefined;
}
