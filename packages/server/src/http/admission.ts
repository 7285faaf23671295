// Who may come in: the address, the bearer key, its scope, its rate.
import type { IncomingMessage } from "node:http";
import { ApiError, type Scope } from "@lepta/api";
import { type Authenticator, type Caller, requireScope } from "../accounts/authenticate.ts";
import type { RefusedKeys } from "./refused-keys.ts";

interface AdmissionParts {
  authenticator: Authenticator;
  countRequest: (keyId: string) => Promise<void>;
  refused: RefusedKeys;
  addressOf: (request: IncomingMessage) => string;
}

export function admission({
  authenticator,
  countRequest,
  refused,
  addressOf,
}: AdmissionParts): (request: IncomingMessage, scope: Scope) => Promise<Caller> {
  return async (request, scope) => {
    const address = addressOf(request);
    let counted = false;
    const stranger = () => {
      refused.count(address);
      counted = true;
    };
    let right = true;
    let caller: Caller;
    try {
      caller = await authenticator.authenticate(bearer(request.headers.authorization), stranger);
    } catch (error) {
      // A database that does not answer says nothing of the key.
      right = !(error instanceof ApiError && error.status === 401);
      throw error;
    } finally {
      if (counted && right) refused.forgive(address);
    }
    requireScope(caller, scope);
    await countRequest(caller.keyId);
    return caller;
  };
}

/** RFC 6750; another scheme is as good as no key. */
function bearer(header: string | undefined): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(header ?? "")?.[1];
}
