// Columns of free text.
import type { CategoryFeature } from "./categories/category-feature.ts";
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { stringPort } from "./port.ts";
import { type CategoryProfile, categoryProfile } from "./profiles/category-profile.ts";
import { isStorable } from "./storable.ts";

export const text: InputKind<CategoryFeature, CategoryProfile> = {
  port: stringPort,
  feature: "category",
  raw: ["string"],
  fit: () => ({ leftOut: "free text: not used as a feature" }),
  plain: isStorable,
  jsonSchema: (reading) => ({ type: ["string", "number", "boolean", "null"], description: described(reading) }),
  profile: categoryProfile,
};
