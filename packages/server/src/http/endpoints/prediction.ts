// GET /v1/predictions/{id}
import { readPrediction } from "../../serving/prediction-records.ts";
import { endpoint } from "../endpoint.ts";

export const prediction = endpoint("prediction", ({ server, principal, params }) =>
  readPrediction(server.store.tenant(principal.organisationId), params.id),
);
