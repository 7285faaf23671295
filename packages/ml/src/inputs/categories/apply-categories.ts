// Categories in graph operators: a row of a small table each, and behind it what their rarer values say of the target.
import { isNumeric } from "@lepta/data";
import { constant, gather, labelEncoder, reshape, type Tensor } from "@lepta/nn";
import type { FeatureKind } from "../input-kind.ts";
import type { CategoryFeature } from "./category-feature.ts";
import { type CategoryKeys, categoryKeys } from "./category-keys.ts";

export const categoryFeatures: FeatureKind<CategoryFeature> = {
  apply: categoryColumns,
  columns: (features) =>
    features.flatMap(({ name, categories, missing, other, effects }) => [
      ...categories.map((category) => `${name}=${category}`),
      ...(missing ? [`${name} is missing`] : []),
      ...(other ? [`${name} is another`] : []),
      ...Array.from({ length: effects?.width ?? 0 }, (_, i) => effectName(name, i)),
    ]),
  notes: notesOf,
  rest: (feature, column) => {
    if (!feature.other || isNumeric(column)) return undefined;
    const own = new Set([...feature.categories, ""]);
    return { values: column.data, rows: rowsOutside(column.data, own) };
  },
  withEffects: (feature, effects) => ({ ...feature, effects }),
};

/** Name of the matrix's column that holds an effect of a category's rarer values. */
export function effectName(category: string, at: number): string {
  return at === 0 ? `effect of ${category}` : `effect of ${category} on class ${at}`;
}

function rowsOutside(values: readonly string[], own: ReadonlySet<string>): Int32Array {
  return Int32Array.from(values, (_, row) => row).filter((row) => !own.has(values[row]!));
}

function notesOf({ name, different, categories, effects, other }: CategoryFeature): string[] {
  if (!other) return [];
  const counted = effects?.values.length ?? 0;
  const rest = different - categories.length;
  return [
    `${name} has ${different} values: the ${categories.length} commonest have a column each, ${
      counted > 0
        ? `${counted} count by the average target of their rows, drawn to that of all where they are few` +
          (counted < rest ? `, and the others are taken together` : "")
        : `the other ${rest} are taken together`
    }`,
  ];
}

/** The values that a category's column tells apart: those with a column of their own, missing, those with an effect. */
function valuesOf({ categories, missing, effects }: CategoryFeature): string[] {
  return [...categories, ...(missing ? [""] : []), ...(effects?.values ?? [])];
}

function categoryColumns(features: readonly CategoryFeature[], inputs: Readonly<Record<string, Tensor>>): Tensor[] {
  const columns = features.map((feature) => ({ ...feature, values: valuesOf(feature) }));
  const keyed = categoryKeys(columns, inputs);
  return features.flatMap((feature, i) => categoryParts(feature, keyed[i]!));
}

/**
 * One row of a small table a category; an unknown one gets the training rows' shares, or the column of the others.
 * Behind it the effects of those that have no column of their own.
 */
function categoryParts(feature: CategoryFeature, { keys: column, entries }: CategoryKeys): Tensor[] {
  const { categories, shares, missing, other, effects } = feature;
  const width = categories.length + Number(missing) + Number(other);
  const known = categories.length + Number(missing);
  const table = new Float32Array((known + 1) * width);
  for (let i = 0; i < known; i++) table[i * width + i] = 1;
  if (other) table[known * width + width - 1] = 1;
  else for (let i = 0; i < width; i++) table[known * width + i] = shares[i]!;
  const unknown = valuesOf(feature).length;
  const encoded = labelEncoder(column, {
    keys: entries.map(([key]) => key),
    values: entries.map(([, place]) => BigInt(place)),
    default: BigInt(unknown),
  });
  const index = reshape(encoded, [-1]);
  const oneHot = constant({ data: table, shape: [known + 1, width] });
  if (effects === null) return [gather(oneHot, index, 0)];
  const slots = BigInt64Array.from({ length: unknown + 1 }, (_, i) => BigInt(Math.min(i, known)));
  const values = new Float32Array((unknown + 1) * effects.width);
  values.set(effects.effects, known * effects.width);
  return [
    gather(oneHot, gather(constant({ data: slots, shape: [slots.length] }), index, 0), 0),
    gather(constant({ data: values, shape: [unknown + 1, effects.width] }), index, 0),
  ];
}
