// One of two classes, of which one may be positive.
import { metrics } from "../../evaluate/metrics/index.ts";
import { models } from "../../models/index.ts";
import { classForm, prepareClasses } from "../class-target.ts";
import type { TaskOf } from "../task.ts";
import { binaryCosts } from "./costs.ts";

export const binary: TaskOf<"class"> = {
  name: "binary",
  kind: "class",
  tag: "tabular-classification",
  accepts: ({ classes }) => classes?.length === 2,
  form: classForm,
  prepare: prepareClasses,
  metrics: [metrics.auc, metrics.averagePrecision, metrics.accuracy, metrics.f1Macro, metrics.logLoss, metrics.ece],
  models: [models.logistic, models.network],
  otherModels: [models.boosting],
  costs: binaryCosts,
};
