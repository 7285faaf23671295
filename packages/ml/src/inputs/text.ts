// Columns of free text.
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { stringPort } from "./port.ts";
import { type WordsProfile, wordsProfile } from "./profiles/words-profile.ts";
import { isStorable } from "./storable.ts";
import { fitText, type TextFeature } from "./texts/text-feature.ts";
import { stringsOf } from "./typed-column.ts";

export const text: InputKind<TextFeature, WordsProfile> = {
  port: stringPort,
  feature: "text",
  raw: ["string"],
  fit: (column, options) => fitText(stringsOf(column), options),
  plain: isStorable,
  jsonSchema: (reading) => ({ type: ["string", "number", "boolean", "null"], description: described(reading) }),
  profile: wordsProfile,
};
