// Columns of times: milliseconds since 1970 (UTC) to the model, which sees their cycles beside.
import { wantedForm } from "@lepta/data";
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { fitNumber, type NumberFeature } from "./numbers/number-feature.ts";
import { numberPort } from "./port.ts";
import { type NumberProfile, numberProfile } from "./profiles/number-profile.ts";
import { numbersOf } from "./typed-column.ts";

const digits = {
  milliseconds: "ms since 1970 UTC",
  seconds: "seconds since 1970 UTC",
  yyyymmdd: "a date as 20240228",
};

export const timestamp: InputKind<NumberFeature, NumberProfile> = {
  port: numberPort,
  feature: "number",
  raw: ["number", "string"],
  fit: (column, options) => fitNumber(numbersOf(column), { ...options, times: true }),
  // Whether a number or a text is a time, its reading alone says.
  plain: () => false,
  jsonSchema(reading) {
    const number = `a number is ${digits[reading.digits ?? "milliseconds"]}`;
    return {
      type: ["string", "number", "null"],
      description: described(reading, `${wantedForm(reading)} (UTC where it has no offset); ${number}`),
    };
  },
  profile: numberProfile,
};
