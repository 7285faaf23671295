// Who may come in: the bearer key, its scope, its rate.
import type { IncomingMessage } from "node:http";
import type { Scope } from "@lepta/api";
import { type Authenticator, type Caller, requireScope } from "../accounts/authenticate.ts";

export function admission(
  authenticator: Authenticator,
  countRequest: (keyId: string) => Promise<void>,
): (request: IncomingMessage, scope: Scope) => Promise<Caller> {
  return async (request, scope) => {
    const caller = await authenticator.authenticate(bearer(request.headers.authorization));
    requireScope(caller, scope);
    await countRequest(caller.keyId);
    return caller;
  };
}

/** RFC 6750; another scheme is as good as no key. */
function bearer(header: string | undefined): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(header ?? "")?.[1];
}
