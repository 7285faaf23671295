// POST /v1/runs: a run of a process elsewhere, which shows that it lives by what it sends.
import { createRun as create } from "../../registry/runs.ts";
import { endpoint } from "../endpoint.ts";

export const createRun = endpoint("createRun", async ({ server, principal, body: { product, seed } }) => {
  const tenant = server.store.tenant(principal.organisationId);
  return { id: await create(tenant, { product, elsewhere: true, ...(seed === undefined ? {} : { seed }) }) };
});
