// `deploy.experiment(…)`: how the two models share the traffic.
import { checkKeys } from "./checks.ts";

export interface ExperimentDeployment {
  readonly kind: "experiment";
  /** Share of the subjects that the challenger answers, above 0 and below 1. */
  readonly traffic: number;
}

export const deploy: {
  /** The simplest model is champion, the best of the others is challenger for `traffic` of the subjects; a subject stays where it is. */
  experiment(options: { readonly traffic: number }): ExperimentDeployment;
} = {
  experiment(options) {
    checkKeys("deploy.experiment(…)", options, ["traffic"]);
    return { kind: "experiment", traffic: options.traffic };
  },
};
