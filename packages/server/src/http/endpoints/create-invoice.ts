// POST /v1/invoices
import { createInvoice as create } from "../../metering/invoices.ts";
import { endpoint } from "../endpoint.ts";

export const createInvoice = endpoint("createInvoice", ({ server, principal, body }) =>
  create(server.store.tenant(principal.organisationId), body),
);
