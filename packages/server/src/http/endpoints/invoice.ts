// GET /v1/invoices/{id}
import { readInvoice } from "../../metering/invoices.ts";
import { endpoint } from "../endpoint.ts";

export const invoice = endpoint("invoice", ({ server, principal, params }) =>
  readInvoice(server.store.tenant(principal.organisationId), params.id),
);
