// What an outcome kind is: the parts that its entry gives, so that a bundle is written, checked and scored by it.
import type { DType, Tensor, TensorData } from "@lepta/nn";
import type { JsonSchema } from "../json-schema.ts";

/** An output of a model's graph. */
export interface OutcomePort {
  readonly dtype: DType;
  /** "row": [N]; a number: [N, that many]. Of width 1, both are taken. */
  readonly width: "row" | number;
}

/** What the graph gave, by role. */
export type Answers<Role extends string> = Readonly<Record<Role, TensorData["data"]>>;

/** What is wrong with a form: the field, and what it is not. */
export type FormProblem = readonly [field: string, wanted: string];

/** The types of one kind. */
export interface KindTypes {
  /** What the graph's outputs are called in a manifest. */
  readonly role: string;
  /** What all outcomes of one model have in common. */
  readonly form: { readonly kind: string };
  readonly outcome: { readonly kind: string };
  /** Outcomes of many rows, column by column. */
  readonly outcomes: { readonly kind: string };
}

/** Everything that is peculiar to one kind of outcome. A method's form is always of the entry's kind. */
export interface OutcomeEntry<K extends KindTypes> {
  /** In the order in which the graph gives them. */
  readonly roles: readonly K["role"][];
  port(role: K["role"], form: K["form"]): OutcomePort;
  /** The outputs by role of a model whose first output is `answer`. */
  outputs(answer: Tensor, form: K["form"]): Readonly<Record<K["role"], Tensor>>;
  /** What is wrong with a form read from outside, whose `kind` alone is known; undefined where it is one. */
  problem(form: Readonly<Record<string, unknown>>): FormProblem | undefined;
  /** JSON Schema of one outcome. */
  schema(form: K["form"]): JsonSchema;
  /** A batch's answers, whose types and lengths fit the ports. Throws Error where a value is none that the kind has. */
  decode(answers: Answers<K["role"]>, form: K["form"]): K["outcomes"];
  /** The outcome of one row. */
  at(outcomes: K["outcomes"], row: number): K["outcome"];
  /** Outcomes of parts, one after another; at least one. */
  joined(parts: readonly K["outcomes"][]): K["outcomes"];
  /** What the model says, for its card: a sentence or two that go on from "A model". */
  sentences(form: K["form"], about: { readonly target: string; readonly columns: number }): readonly string[];
}
