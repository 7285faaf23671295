// Every model, an entry each.
import { boosting } from "./boosting/boosting.ts";
import { linear, logistic } from "./linear-model.ts";
import type { Model } from "./model.ts";
import { network } from "./network.ts";

interface Models {
  readonly logistic: Model;
  readonly linear: Model;
  readonly network: Model;
  readonly boosting: Model;
}

export const models: Models = { logistic, linear, network, boosting };
