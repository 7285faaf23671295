// Why the answer is this one: the threshold that decided it, and what each answer would have cost on average.
import type { OutcomeOf, PredictionRecord } from "@lepta/api";
import { formatShare, formatValue } from "../format/numbers.ts";
import { answerCosts } from "./answer-costs.ts";
import styles from "./class-decision.module.css";

interface ClassDecisionProps {
  decision: PredictionRecord["decision"];
  outcome: OutcomeOf<"class">;
}

export function ClassDecision({ decision, outcome: { label, probabilities } }: ClassDecisionProps) {
  if (!decision || decision.positive === null) return null;
  const { positive, threshold } = decision;
  const probability = probabilities[positive] ?? 0;
  const expected = answerCosts(decision, probabilities);
  const side = probability >= threshold ? "from it on" : "below it";
  return (
    <div className={styles.decision}>
      <svg
        className={styles.plot}
        height="26"
        width="100%"
        role="img"
        aria-label={`Probability of ${positive} ${formatShare(probability)}, threshold ${formatShare(threshold)}`}
      >
        <line className={styles.axis} x1="0" x2="100%" y1="18" y2="18" />
        <line className={styles.over} x1={at(threshold)} x2="100%" y1="18" y2="18" />
        <line className={styles.threshold} x1={at(threshold)} x2={at(threshold)} y1="6" y2="26" />
        <circle className={styles.dot} cx={at(probability)} cy="18" r="5" />
      </svg>
      <p>
        <b>{positive}</b> is answered from a probability of <b>{formatShare(threshold)}</b> on; this row’s is{" "}
        {formatShare(probability)}, {side}.
        {decision.costs
          ? " The costs of mistakes chose the threshold, on rows held out of the training."
          : " The deployment has no costs of mistakes."}
      </p>
      {expected && (
        <table className={styles.costs}>
          <caption>What an answer would cost on average, by the model’s probabilities</caption>
          <tbody>
            {expected.map(({ answer, expected: cost }) => (
              <tr key={answer} data-answered={answer === label || undefined}>
                <th scope="row">{answer}</th>
                <td>{formatValue(cost)}</td>
                <td>{answer === label ? "answered" : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const at = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
