// Every task, an entry each, and the families that choose among them.
import type { Schema } from "@lepta/data";
import { suggestName } from "@lepta/data";
import { MlError } from "../errors.ts";
import { classification } from "./classification.ts";
import { targetIn } from "./labelled-rows.ts";
import { regressionFamily } from "./regression/family.ts";
import type { Task, TaskFamily } from "./task.ts";

const house: readonly TaskFamily[] = [classification, regressionFamily];
const families: TaskFamily[] = [...house];

/** In the order in which they are tried where nobody chose. */
export function taskFamilies(): readonly TaskFamily[] {
  return families;
}

/**
 * Adds a family of tasks of one's own: product files, the command line and stored tasks then know it by its names. It is
 * never chosen unasked. Throws `task-unsupported` where a name is taken.
 */
export function registerTaskFamily(family: TaskFamily): void {
  const taken =
    families.some(({ name, maker }) => name === family.name || maker === family.maker) ||
    family.tasks.some(({ name }) => families.some(({ tasks }) => tasks.some((task) => task.name === name)));
  if (taken)
    throw new MlError(
      "task-unsupported",
      `The family "${family.name}", or one of its tasks, has a name that is taken.`,
      "Give the family, its maker and its tasks other names.",
    );
  families.push(family);
}

/** Throws `task-unsupported` where no family has the name, or the maker. */
export function taskFamily(name: string): TaskFamily {
  const found = families.find((family) => family.name === name || family.maker === name);
  if (found !== undefined) return found;
  throw new MlError(
    "task-unsupported",
    `There is no task "${name}".`,
    suggestName(
      name,
      families.map((family) => family.name),
    ),
  );
}

/** undefined where no task has the name: a bundle may be of one that is not registered here. */
export function findTask(name: string): Task | undefined {
  return everyTask().find((task) => task.name === name);
}

/** Throws `task-unsupported` where no task has the name. */
export function taskNamed(name: string): Task {
  const found = findTask(name);
  if (found !== undefined) return found;
  throw new MlError(
    "task-unsupported",
    `There is no task "${name}".`,
    suggestName(
      name,
      everyTask().map((task) => task.name),
    ),
  );
}

function everyTask(): readonly Task[] {
  return families.flatMap(({ tasks }) => tasks);
}

/** The first task that takes the schema's target, of one family or of the house's. Throws `task-unsupported`. */
export function taskFor(schema: Pick<Schema, "target">, family?: TaskFamily): Task {
  const target = targetIn(schema);
  const among = family === undefined ? house.flatMap(({ tasks }) => tasks) : family.tasks;
  const found = among.find((task) => task.accepts(target));
  if (found !== undefined) return found;
  throw new MlError(
    "task-unsupported",
    `The target "${target.name}" is nothing that ${family?.name ?? "any task"} learns.`,
    `It has ${target.classes === undefined ? "numbers" : `${target.classes.length} classes`}: choose another task or target.`,
  );
}
