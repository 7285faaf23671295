// Columns of true and false: numbers 1 and 0 to the model.
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { fitNumber, type NumberFeature } from "./numbers/number-feature.ts";
import { numberPort } from "./port.ts";
import { type NumberProfile, numberProfile } from "./profiles/number-profile.ts";
import { numbersOf } from "./typed-column.ts";

export const boolean: InputKind<NumberFeature, NumberProfile> = {
  port: numberPort,
  feature: "number",
  raw: ["boolean"],
  fit: (column, options) => fitNumber(numbersOf(column), options),
  plain: (value) => typeof value === "boolean",
  jsonSchema: (reading) => ({ type: ["boolean", "string", "number", "null"], description: described(reading) }),
  profile: numberProfile,
};
