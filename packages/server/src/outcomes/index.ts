// The outcome kinds as the server treats them. What it needs of a task is its outcome's kind: no task is named here.
import type { OutcomeForm, OutcomeKind } from "@lepta/api";
import type { OutcomeForm as ModelForm } from "@lepta/ml";
import { type SQL, sql } from "drizzle-orm";
import { classRules } from "./class.ts";
import { numberRules } from "./number.ts";
import type { OutcomeRules } from "./outcome-rules.ts";
import { scoreRules } from "./score.ts";
import { seriesRules } from "./series.ts";

const rules: { readonly [K in OutcomeKind]: OutcomeRules<K> } = {
  class: classRules,
  number: numberRules,
  series: seriesRules,
  score: scoreRules,
};

/** The rules of a kind. Their forms and outcomes are of that kind alone. */
export function rulesOf({ kind }: { readonly kind: OutcomeKind }): OutcomeRules<OutcomeKind> {
  return rules[kind] as OutcomeRules<OutcomeKind>;
}

/** The product's form, of its model's. */
export function formOf(form: ModelForm): OutcomeForm {
  return rulesOf(form).formOf(form);
}

/** Whether models of `next` may follow in a product of `form`. */
export function goesOnAs(form: OutcomeForm, next: OutcomeForm): boolean {
  return form.kind === next.kind && rulesOf(form).goesOnAs(form, next);
}

/** By the kind that a stored outcome says; null for one that is none. */
function byKind(outcome: SQL, then: (rule: OutcomeRules<OutcomeKind>) => SQL): SQL {
  const cases = Object.entries(rules).map(
    ([kind, rule]) => sql`when ${sql.raw(`'${kind}'`)} then ${then(rule as OutcomeRules<OutcomeKind>)}`,
  );
  return sql`(case ${outcome} ->> 'kind' ${sql.join(cases, sql` `)} end)`;
}

/** The part of a stored outcome that labels say the truth of, as jsonb. */
export function answerOf(outcome: SQL): SQL {
  return byKind(outcome, ({ answer }) => sql`${outcome} -> ${sql.raw(`'${answer}'`)}`);
}

/** One number for each stored outcome, where its distribution is watched. */
export function watchedOf(outcome: SQL): SQL {
  return byKind(outcome, (rule) => rule.watched(outcome));
}
