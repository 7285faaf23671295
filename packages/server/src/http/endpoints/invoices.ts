// GET /v1/invoices
import { listInvoices } from "../../metering/invoices.ts";
import { endpoint } from "../endpoint.ts";

export const invoices = endpoint("invoices", ({ server, principal, query }) =>
  listInvoices(server.store.tenant(principal.organisationId), query),
);
