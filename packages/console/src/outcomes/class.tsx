// A class: its name, and how probable each class is.
import { formatShare } from "../format/numbers.ts";
import styles from "./class.module.css";
import { ClassDecision } from "./class-decision.tsx";
import type { OutcomeView } from "./outcome-view.ts";

export const classView: OutcomeView<"class"> = {
  about: ({ classes }) => `is ${classes.join(" or ")}`,
  text: ({ label }) => label,
  figure: ({ probability }) => formatShare(probability),
  label: String,
  right: ({ label }, truth) => label === String(truth),
  answers: ({ classes }) => classes.map((value) => ({ value, label: value })),
  judged: true,
  // Not by assignment: a class may be named "__proto__".
  cells: ({ label, probabilities }) =>
    Object.fromEntries([
      ["label", label],
      ...Object.entries(probabilities).map(([name, share]) => [`probability.${name}`, share] as const),
    ]),
  labelCell: String,
  answer: (record, outcome) => (
    <>
      <dl className={styles.classes}>
        {Object.entries(outcome.probabilities)
          .sort(([, a], [, b]) => b - a)
          .map(([label, probability]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <span className={styles.bar} aria-hidden="true">
                  <span style={{ width: `${probability * 100}%` }} />
                </span>
                {formatShare(probability)}
              </dd>
            </div>
          ))}
      </dl>
      <ClassDecision decision={record.decision} outcome={outcome} />
    </>
  ),
};
