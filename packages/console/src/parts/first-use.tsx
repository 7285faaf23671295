// In place of the products of a store that has none: the way from a file to a first prediction, command by command.
import type { ReactNode } from "react";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import styles from "./first-use.module.css";
import { Copy } from "./hash.tsx";

const steps: readonly { title: string; text: ReactNode; command?: string }[] = [
  {
    title: "Write a product from a table",
    text: "A CSV file with one row a case and the column to predict. It is read, and a product file is written.",
    command: "npx lepta init applicants.csv --target risk",
  },
  {
    title: "Ship it",
    text: "Trains, measures on rows held out, deploys what passes its gates. The run can be watched here as it goes.",
    command: "npx lepta ship product.ts",
  },
  {
    title: "Make a key for your application",
    text: (
      <>
        With the scopes predict and feedback, on the page <Link to={pathTo("keys")}>Keys</Link>.
      </>
    ),
  },
  {
    title: "Ask it",
    text: "One raw row, as it stands in your database. The answer’s id leads to its record, its bill and its model.",
    command: `curl ${window.location.origin}/v1/products/NAME/predictions -H "Authorization: Bearer $LEPTA_API_KEY" -H "Content-Type: application/json" -d '{"row": {…}}'`,
  },
];

export function FirstUse() {
  return (
    <section className={styles.first} aria-label="First use">
      <p className={styles.lead}>No product yet. This is the way to the first one:</p>
      <ol className={styles.steps}>
        {steps.map(({ title, text, command }) => (
          <li key={title}>
            <b>{title}</b>
            <p>{text}</p>
            {command !== undefined && (
              <div className={styles.command}>
                <code>{command}</code>
                <Copy value={command} name={`command: ${title}`} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
