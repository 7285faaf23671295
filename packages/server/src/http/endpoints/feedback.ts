// POST /v1/products/{product}/feedback
import { recordFeedback } from "../../serving/feedback.ts";
import { endpoint } from "../endpoint.ts";

export const feedback = endpoint("feedback", async ({ server, principal, params, body }) => {
  const items = "feedback" in body ? body.feedback : [body];
  return { recorded: await recordFeedback(server.store.tenant(principal.organisationId), params.product, items) };
});
