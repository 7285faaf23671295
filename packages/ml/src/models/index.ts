// Every model, an entry each.
import { linear, logistic } from "./linear-model.ts";
import type { Model } from "./model.ts";
import { network } from "./network.ts";

interface Models {
  readonly logistic: Model;
  readonly linear: Model;
  readonly network: Model;
}

export const models: Models = { logistic, linear, network };
