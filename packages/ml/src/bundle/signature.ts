// The model's signature as JSON Schema 2020-12: what a row must have, what a prediction has.
import { wantedForm } from "@lepta/data";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { JsonSchema } from "../json-schema.ts";
import { type OutcomeForm, outcomeEntry } from "../outcomes/index.ts";

const dialect = "https://json-schema.org/draft/2020-12/schema";

/**
 * Every field must be there; null says that its value is missing. A string is read as the training data's was:
 * `description` says how.
 */
export function inputSchema({ inputs, state }: FeaturePipeline): JsonSchema {
  const properties = inputs.map(({ name, type, reading }, i): [string, JsonSchema] => {
    const feature = state.features[i]!;
    const missing = `missing: null, blanks${reading.missing.map((spelling) => `, ${JSON.stringify(spelling)}`).join("")}`;
    const description = `${wantedForm(reading)}; ${missing}`;
    if (type === "boolean") return [name, { type: ["boolean", "string", "number", "null"], description }];
    if (type === "number") return [name, { type: ["number", "string", "null"], description }];
    if (type === "timestamp") {
      const digits = {
        milliseconds: "ms since 1970 UTC",
        seconds: "seconds since 1970 UTC",
        yyyymmdd: "a date as 20240228",
      };
      const number = `a number is ${digits[reading.digits ?? "milliseconds"]}`;
      const form = `${wantedForm(reading)} (UTC where it has no offset); ${number}; ${missing}`;
      return [name, { type: ["string", "number", "null"], description: form }];
    }
    const examples = feature.kind === "category" ? feature.categories : [];
    return [name, { type: ["string", "number", "boolean", "null"], examples, description }];
  });
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
