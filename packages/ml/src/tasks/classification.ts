// Classes: two, of which one may be positive and the mistakes may have costs, or more.
import { binary } from "./binary/task.ts";
import { multiclass } from "./multiclass/task.ts";
import type { TaskFamily } from "./task.ts";

const costNames = ["falseNegative", "falsePositive"] as const;

export const classification: TaskFamily = {
  name: "classification",
  maker: "classifier",
  targetType: "category",
  classes: true,
  tasks: [binary, multiclass],
  options: ["costs"],
  problem({ costs }, { positive }) {
    if (costs === undefined) return undefined;
    const given = (typeof costs === "object" && costs !== null ? costs : {}) as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(given).find((name) => !costNames.some((known) => known === name));
    if (unknown !== undefined)
      return { message: `costs has an unknown key "${unknown}"`, fix: `Give ${costNames.join(" and ")}.` };
    for (const name of costNames) {
      const cost = given[name];
      if (!(typeof cost === "number" && Number.isFinite(cost) && cost > 0))
        return {
          message: `the cost ${name} is ${JSON.stringify(cost)?.slice(0, 80) ?? "missing"}`,
          fix: "Give both costs as numbers above 0.",
        };
    }
    return positive === undefined
      ? { message: "it has costs, but no positive class", fix: "Name the class in `table(…, { positive })`." }
      : undefined;
  },
};
