// A number.
import { columnOf, isNumeric } from "@lepta/data";
import { add, cast, constant, mul, type Tensor } from "@lepta/nn";
import { MlError } from "../../errors.ts";
import { metrics } from "../../evaluate/metrics/index.ts";
import { models } from "../../models/index.ts";
import { squaredObjective } from "../../models/objectives/squared.ts";
import { momentsOf } from "../../moments.ts";
import { checkEnough } from "../labelled-rows.ts";
import type { TaskOf } from "../task.ts";

export const regression: TaskOf<"number"> = {
  name: "regression",
  kind: "number",
  tag: "tabular-regression",
  accepts: ({ classes }) => classes === undefined,
  form: () => ({ kind: "number" }),
  prepare(rows, target) {
    checkEnough(rows);
    const column = columnOf(rows, target.name);
    if (!isNumeric(column))
      throw new MlError(
        "training-rows-invalid",
        `The target "${target.name}" is a column of ${column.type}, not of numbers.`,
        "Infer the schema from this table.",
      );
    const { mean, scale: deviation } = momentsOf(column.data);
    const scale = deviation > 0 ? deviation : 1;
    return {
      target: { objective: squaredObjective, values: column.data.map((value) => (value - mean) / scale) },
      head: (answer) => inUnits(answer, mean, scale),
      restored: (answers) => Float64Array.from(answers, (answer) => mean + scale * answer),
    };
  },
  metrics: [metrics.rmse, metrics.mae, metrics.r2],
  models: [models.linear, models.network],
  otherModels: [models.boosting],
};

/** In float64: the model's number is a small one, but mean + scale × it may be milliseconds since 1970. */
function inUnits(answer: Tensor, mean: number, scale: number): Tensor {
  return add(mul(cast(answer, "float64"), constant(scale, "float64")), constant(mean, "float64"));
}
