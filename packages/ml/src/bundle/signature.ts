// The model's signature as JSON Schema 2020-12: what a row must have, what a prediction has.
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { JsonSchema } from "./manifest.ts";

const dialect = "https://json-schema.org/draft/2020-12/schema";

/** Every field must be there; null says that its value is missing. */
export function inputSchema({ inputs, state }: FeaturePipeline): JsonSchema {
  const properties = inputs.map(({ name, type }, i): [string, JsonSchema] => {
    const feature = state.features[i]!;
    if (type === "boolean") return [name, { type: ["boolean", "null"] }];
    if (type === "number") return [name, { type: ["number", "null"] }];
    if (type === "timestamp")
      return [
        name,
        {
          type: ["string", "number", "null"],
          format: "date-time",
          description: "ISO 8601 (UTC where it has no offset), or ms since 1970 UTC",
        },
      ];
    const examples = feature.kind === "category" ? feature.categories : [];
    return [name, { type: ["string", "null"], examples }];
  });
  return {
    $schema: dialect,
    type: "object",
    properties: Object.fromEntries(properties),
    required: inputs.map(({ name }) => name),
    additionalProperties: false,
  };
}

export function outputSchema(classes: readonly string[] | undefined): JsonSchema {
  if (classes === undefined)
    return { $schema: dialect, type: "object", properties: { value: { type: "number" } }, required: ["value"] };
  const probability = { type: "number", minimum: 0, maximum: 1 };
  return {
    $schema: dialect,
    type: "object",
    properties: {
      label: { type: "string", enum: classes },
      probabilities: {
        type: "object",
        properties: Object.fromEntries(classes.map((name) => [name, probability])),
        required: classes,
      },
    },
    required: ["label", "probabilities"],
  };
}
