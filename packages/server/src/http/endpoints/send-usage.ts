// POST /v1/usage/events
import { recordUsage } from "../../metering/usage.ts";
import { refuseUsage } from "../../metering/usage-window.ts";
import { endpoint } from "../endpoint.ts";

export const sendUsage = endpoint("sendUsage", ({ server, principal, body }) => {
  const events = Array.isArray(body) ? body : [body];
  const now = new Date();
  refuseUsage(events, now);
  return recordUsage(server.store.tenant(principal.organisationId), events, { own: principal.own, now });
});
