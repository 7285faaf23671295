// Classes made ready to learn, of two or more.
import type { SchemaTarget, Table } from "@lepta/data";
import { MlError } from "../errors.ts";
import { labelsIn } from "../evaluate/kinds/class.ts";
import type { FormOf } from "../evaluate/predictions.ts";
import { softmaxObjective } from "../models/objectives/softmax.ts";
import { checkEnough, tooFew } from "./labelled-rows.ts";
import type { PreparedTarget } from "./task.ts";

export function classForm({ classes = [], positive }: SchemaTarget): FormOf<"class"> {
  return { kind: "class", classes, positive: positive ?? null, threshold: null };
}

/** Throws `training-rows-invalid`: a class that the schema does not have, fewer than two rows, or one class alone. */
export function prepareClasses(rows: Table, target: SchemaTarget): PreparedTarget {
  checkEnough(rows);
  const { classes = [] } = target;
  const index = new Map(classes.map((name, i) => [name, i]));
  const values = Int32Array.from(labelsIn(rows, target.name), (label, row) => {
    const found = index.get(label);
    if (found !== undefined) return found;
    throw new MlError(
      "training-rows-invalid",
      `Row ${row}: the target "${target.name}" is ${label === "" ? "missing" : `"${label}"`}, not one of the classes ${classes.join(", ")}.`,
      "Infer the schema from the table that holds all parts, and leave out rows without a target.",
    );
  });
  if (new Set(values).size < 2)
    throw tooFew(
      `All training rows are of the class "${classes[values[0]!]}".`,
      ", with at least two classes among them",
    );
  return {
    target: { objective: softmaxObjective(classes.length), values },
    head: (answer) => answer,
    restored: (answers) => answers,
  };
}
