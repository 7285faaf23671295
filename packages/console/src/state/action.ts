// Doing something through the API from a component: in flight or not, and the error of the last try.
import type { ApiClient, ApiError } from "@lepta/api";
import { useState } from "react";
import { asApiError } from "./query.ts";
import { useSession } from "./session.ts";

export interface Action<A extends readonly unknown[], T> {
  readonly run: (...args: A) => Promise<T | undefined>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
}

/** `run` answers undefined when the try failed; a refused key ends the session. */
export function useAction<A extends readonly unknown[], T>(
  act: (client: ApiClient, ...args: A) => Promise<T>,
): Action<A, T> {
  const { client, signOut } = useSession();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  async function run(...args: A): Promise<T | undefined> {
    setBusy(true);
    setError(undefined);
    try {
      return await act(client, ...args);
    } catch (cause) {
      const failure = asApiError(cause);
      if (failure.status === 401) signOut(failure);
      else setError(failure);
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  return { run, busy, error };
}
