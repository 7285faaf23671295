// One of three classes or more.
import { metrics } from "../../evaluate/metrics/index.ts";
import { models } from "../../models/index.ts";
import { classForm, prepareClasses } from "../class-target.ts";
import type { TaskOf } from "../task.ts";

export const multiclass: TaskOf<"class"> = {
  name: "multiclass",
  kind: "class",
  tag: "tabular-classification",
  accepts: ({ classes = [] }) => classes.length > 2,
  form: classForm,
  prepare: prepareClasses,
  metrics: [metrics.logLoss, metrics.auc, metrics.averagePrecision, metrics.accuracy, metrics.f1Macro, metrics.ece],
  models: [models.logistic, models.network],
  otherModels: [models.boosting],
};
