// A class with the probabilities of all.
import {
  argMax,
  cast,
  constant,
  gather,
  greaterOrEqual,
  identity,
  reshape,
  slice,
  type Tensor,
  where,
} from "@lepta/nn";
import { lengthOf, stacked } from "./columns.ts";
import type { OutcomeEntry } from "./outcome-entry.ts";

/** Plain JSON. */
export type ClassForm = {
  readonly kind: "class";
  /** In the order of the probabilities' columns; at least two. */
  readonly classes: readonly string[];
  readonly positive: string | null;
  /** Two classes: the label is `positive` from this probability on; null: the more probable class. */
  readonly threshold: number | null;
};

export interface ClassOutcome {
  readonly kind: "class";
  readonly label: string;
  /** Of the positive class where there is one, else of the label. */
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface ClassOutcomes {
  readonly kind: "class";
  readonly classes: readonly string[];
  readonly positive: string | null;
  readonly labels: readonly string[];
  /** Row-major [rows, classes]. */
  readonly probabilities: Float32Array;
}

export interface ClassKind {
  readonly role: "probabilities" | "label";
  readonly form: ClassForm;
  readonly outcome: ClassOutcome;
  readonly outcomes: ClassOutcomes;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 10_000;

export const classEntry: OutcomeEntry<ClassKind> = {
  roles: ["probabilities", "label"],
  port: (role, { classes }) =>
    role === "label" ? { dtype: "string", width: "row" } : { dtype: "float32", width: classes.length },
  outputs: (answer, form) => ({ probabilities: identity(answer), label: labelOf(answer, form) }),
  problem({ classes, positive, threshold }) {
    if (!Array.isArray(classes) || classes.length < 2 || !classes.every(isText))
      return ["classes", "a list of two strings or more"];
    if (new Set(classes).size < classes.length) return ["classes", "a list of different names"];
    if (positive !== null && !(isText(positive) && classes.includes(positive)))
      return ["positive", "one of the classes, or null"];
    if (threshold === null) return undefined;
    if (!Number.isFinite(threshold)) return ["threshold", "a finite number, or null"];
    return positive === null || classes.length > 2
      ? ["threshold", "null: it takes a positive one of two classes"]
      : undefined;
  },
  schema({ classes }) {
    const probability = { type: "number", minimum: 0, maximum: 1 };
    return {
      type: "object",
      properties: {
        kind: { const: "class" },
        label: { type: "string", enum: classes },
        probability,
        probabilities: {
          type: "object",
          properties: Object.fromEntries(classes.map((name) => [name, probability])),
          required: classes,
        },
      },
      required: ["kind", "label", "probability", "probabilities"],
    };
  },
  decode(answers, { classes, positive }) {
    const labels = answers.label as readonly string[];
    const known = new Set(classes);
    const odd = labels.find((label) => !known.has(label));
    if (odd !== undefined) throw new Error(`it gives the label ${JSON.stringify(odd.slice(0, 60))}, which is no class`);
    return { kind: "class", classes, positive, labels, probabilities: answers.probabilities as Float32Array };
  },
  at({ classes, positive, labels, probabilities }, row) {
    const label = labels[row]!;
    // Not by assignment: a class may be named "__proto__".
    const byClass = Object.fromEntries(classes.map((name, i) => [name, probabilities[row * classes.length + i]!]));
    return { kind: "class", label, probability: byClass[positive ?? label]!, probabilities: byClass };
  },
  joined(parts) {
    const probabilities = parts.map((part) => part.probabilities);
    return {
      ...parts[0]!,
      labels: parts.flatMap(({ labels }) => labels),
      probabilities: stacked(new Float32Array(lengthOf(probabilities)), probabilities),
    };
  },
  sentences: ({ classes, positive, threshold }, { target, columns }) => [
    `predicts \`${target}\` (${classes.map((name) => `\`${name}\``).join(", ")}) from ${columns} columns.`,
    ...(positive === null
      ? []
      : [
          `Its positive class is \`${positive}\`; the label is \`${positive}\` ` +
            (threshold === null
              ? "where that is the more probable class."
              : `from a probability of ${Number(threshold.toPrecision(4))} on.`),
        ]),
  ],
};

/** The class [N] as a string. */
function labelOf(probabilities: Tensor, { classes, positive, threshold }: ClassForm): Tensor {
  return gather(constant(classes), decided(probabilities, classes, positive, threshold), 0);
}

/** Class index [N]. */
function decided(
  probabilities: Tensor,
  classes: readonly string[],
  positive: string | null,
  threshold: number | null,
): Tensor {
  if (threshold === null || classes.length !== 2) return argMax(probabilities, 1);
  const index = positive === null ? 1 : classes.indexOf(positive);
  const score = reshape(slice(probabilities, index, index + 1, 1), [-1]);
  const called = greaterOrEqual(cast(score, "float64"), constant(threshold, "float64"));
  return where(called, constant([BigInt(index)]), constant([BigInt(1 - index)]));
}
