// POST /v1/runs/{id}/events
import { appendRunEvents as append } from "../../registry/events.ts";
import { endpoint } from "../endpoint.ts";

export const appendRunEvents = endpoint("appendRunEvents", async ({ server, principal, params, body: { events } }) => {
  await append(server.store.tenant(principal.organisationId), params.id, events);
  return { recorded: events.length };
});
