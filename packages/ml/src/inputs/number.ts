// Columns of numbers.
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { fitNumber, type NumberFeature } from "./numbers/number-feature.ts";
import { numberPort } from "./port.ts";
import { type NumberProfile, numberProfile } from "./profiles/number-profile.ts";
import { numbersOf } from "./typed-column.ts";

export const number: InputKind<NumberFeature, NumberProfile> = {
  port: numberPort,
  feature: "number",
  raw: ["number"],
  fit: (column, options) => fitNumber(numbersOf(column), { ...options, tails: true }),
  plain: Number.isFinite,
  jsonSchema: (reading) => ({ type: ["number", "string", "null"], description: described(reading) }),
  profile: numberProfile,
};
