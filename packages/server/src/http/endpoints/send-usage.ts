// POST /v1/usage/events
import { recordUsage } from "../../metering/usage.ts";
import { endpoint } from "../endpoint.ts";

export const sendUsage = endpoint("sendUsage", ({ server, principal, body }) =>
  recordUsage(server.store.tenant(principal.organisationId), Array.isArray(body) ? body : [body], {
    own: principal.own,
  }),
);
