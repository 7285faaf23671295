// DELETE /v1/keys/{id}
import { revokeKey as revoke } from "../../accounts/keys.ts";
import { endpoint } from "../endpoint.ts";

export const revokeKey = endpoint("revokeKey", async ({ server, principal, params }) => {
  const revoked = await revoke(server.store.tenant(principal.organisationId), params.id);
  server.forgetKey(revoked.id);
  return revoked;
});
