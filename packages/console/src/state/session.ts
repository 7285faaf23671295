// The signed-in session: the typed client of this origin, and what was already read with it.
import { type ApiClient, type ApiError, createApiClient } from "@lepta/api";
import { createContext, use } from "react";

export interface Session {
  readonly client: ApiClient;
  /** Last answer by query name: pages that were seen show at once while they are read again. */
  readonly cache: Map<string, unknown>;
  /** Ends the session; with an error, the form says why. */
  readonly signOut: (because?: ApiError) => void;
}

export function openSession(key: string, signOut: Session["signOut"]): Session {
  return { client: createApiClient({ url: window.location.origin, key }), cache: new Map(), signOut };
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession outside of a session");
  return session;
}
