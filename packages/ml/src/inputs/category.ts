// Columns of categories: strings, few enough to tell apart.
import { type CategoryFeature, fitCategory } from "./categories/category-feature.ts";
import { described } from "./described.ts";
import type { InputKind } from "./input-kind.ts";
import { stringPort } from "./port.ts";
import { type CategoryProfile, categoryProfile } from "./profiles/category-profile.ts";
import { isStorable } from "./storable.ts";
import { stringsOf } from "./typed-column.ts";

export const category: InputKind<CategoryFeature, CategoryProfile> = {
  port: stringPort,
  feature: "category",
  raw: ["string"],
  fit: (column, { categories }) => fitCategory(stringsOf(column), categories),
  plain: isStorable,
  jsonSchema: (reading, { categories }) => ({
    type: ["string", "number", "boolean", "null"],
    examples: categories,
    description: described(reading),
  }),
  profile: categoryProfile,
};
