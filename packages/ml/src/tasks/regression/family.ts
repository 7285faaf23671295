// Numbers.
import type { TaskFamily } from "../task.ts";
import { regression } from "./task.ts";

export const regressionFamily: TaskFamily = {
  name: "regression",
  maker: "regressor",
  targetType: "number",
  classes: false,
  tasks: [regression],
  options: [],
  problem: (_, { positive }) =>
    positive === undefined
      ? undefined
      : { message: "a regression has no positive class", fix: "Take `positive` out of table(…)." },
};
