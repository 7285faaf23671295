// The model's signature as JSON Schema 2020-12: what a row must have, what a prediction has.
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import { inputKinds } from "../inputs/index.ts";
import type { JsonSchema } from "../json-schema.ts";
import { type OutcomeForm, outcomeEntry } from "../outcomes/index.ts";

const dialect = "https://json-schema.org/draft/2020-12/schema";

/**
 * Every field must be there; null says that its value is missing. A string is read as the training data's was:
 * `description` says how.
 */
export function inputSchema({ inputs, state }: FeaturePipeline): JsonSchema {
  const properties = inputs.map(({ name, type, reading }, i): [string, JsonSchema] => [
    name,
    inputKinds[type].jsonSchema(reading, state.features[i]!),
  ]);
  return {
    $schema: dialect,
    type: "object",
    properties: Object.fromEntries(properties),
    required: inputs.map(({ name }) => name),
    additionalProperties: false,
  };
}

export function outputSchema(form: OutcomeForm): JsonSchema {
  return { $schema: dialect, ...outcomeEntry(form).schema(form) };
}
