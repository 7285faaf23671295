// GET /v1/usage
import { usageSummary } from "../../metering/usage-summary.ts";
import { endpoint } from "../endpoint.ts";

export const usage = endpoint("usage", ({ server, principal, query: { product, from, to } }) =>
  usageSummary(server.store.tenant(principal.organisationId), {
    product,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }),
);
