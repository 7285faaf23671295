// GET /v1/predictions
import { listPredictions } from "../../serving/prediction-records.ts";
import { endpoint } from "../endpoint.ts";

export const predictions = endpoint("predictions", ({ server, principal, query }) =>
  listPredictions(server.store.tenant(principal.organisationId), query),
);
