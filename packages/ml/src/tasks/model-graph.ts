// The whole model as one graph: raw columns in, the outcome's outputs out.
import { buildGraph, type Graph, type Tensor } from "@lepta/nn";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { FittedModel } from "../models/model.ts";
import { type OutcomeForm, outcomeEntry, outputNames } from "../outcomes/index.ts";
import type { PreparedTarget } from "./task.ts";

export interface ModelParts {
  readonly features: FeaturePipeline;
  readonly fit: Pick<FittedModel, "predict">;
  readonly head: PreparedTarget["head"];
  readonly form: OutcomeForm;
}

/** Inputs: one a column, [N, 1]. Outputs: those of the form's kind, named by `outputNames`. */
export function modelGraph({ features, fit, head, form }: ModelParts): Graph {
  const inputs = features.placeholders();
  const answer = head(fit.predict(features.apply(inputs)));
  return graphOf(answer, form, Object.keys(inputs), { name: "lepta", inputs: Object.values(inputs) });
}

/** The same model, as `modelGraph` made it, whose decision is that of another form, for example at a threshold. */
export function withForm(graph: Graph, columns: readonly string[], form: OutcomeForm): Graph {
  const names: Readonly<Record<string, string>> = outputNames(form.kind, columns);
  const first = names[outcomeEntry(form).roles[0]!];
  const { tensor } = graph.outputs.find(({ name }) => name === first)!;
  return graphOf(tensor, form, columns, { name: graph.name, inputs: [...graph.inputs] });
}

function graphOf(
  answer: Tensor,
  form: OutcomeForm,
  columns: readonly string[],
  options: { readonly name: string; readonly inputs: Tensor[] },
): Graph {
  const entry = outcomeEntry(form);
  const names: Readonly<Record<string, string>> = outputNames(form.kind, columns);
  const outputs: Readonly<Record<string, Tensor>> = entry.outputs(answer, form);
  return buildGraph(Object.fromEntries(entry.roles.map((role) => [names[role]!, outputs[role]!])), options);
}
