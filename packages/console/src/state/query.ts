// Reading from the API in a component: the last answer at once, the fresh one when it comes, errors kept beside it.
import { type ApiClient, ApiError, type CallOptions, type Page } from "@lepta/api";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSession } from "./session.ts";

export interface Query<T> {
  /** The newest answer, also while it is read again or after a read failed. */
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}
export interface QueryOptions {
  /** Reads again this often while the tab is visible. Default: never. */
  refreshMs?: number | undefined;
}

/** @param name tells queries apart; a new name drops the old answer. undefined: ask nothing. */
export function useQuery<T>(
  name: string | undefined,
  ask: (client: ApiClient, options: CallOptions) => Promise<T>,
  { refreshMs }: QueryOptions = {},
): Query<T> {
  const { client, cache, signOut } = useSession();
  const [answer, setAnswer] = useState<{ name: string | undefined; error?: ApiError | undefined; at: number }>({
    name: undefined,
    at: 0,
  });
  const [round, setRound] = useState(0);
  // Another name or round is another request.
  const request = useMemo(() => ({ name, round }), [name, round]);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    const { name } = request;
    if (name === undefined) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function read(): Promise<void> {
      try {
        const data = await latest.current(client, { signal: abort.signal });
        if (abort.signal.aborted) return;
        cache.set(name as string, data);
        setAnswer({ name, at: Date.now() });
      } catch (cause) {
        if (abort.signal.aborted) return;
        const error = asApiError(cause);
        if (error.status === 401) return signOut(error);
        setAnswer({ name, error, at: Date.now() });
      }
      if (refreshMs !== undefined) timer = setTimeout(readWhenVisible, refreshMs);
    }
    function readWhenVisible(): void {
      if (document.hidden) timer = setTimeout(readWhenVisible, refreshMs);
      else void read();
    }
    void read();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [request, client, cache, signOut, refreshMs]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = answer.name === name;
  return {
    data: name === undefined ? undefined : (cache.get(name) as T | undefined),
    error: current ? answer.error : undefined,
    loading: name !== undefined && !current,
    reload,
  };
}

export interface Pages<T> extends Query<readonly T[]> {
  /** Reads the next page; undefined on the last. */
  readonly more: (() => void) | undefined;
  readonly loadingMore: boolean;
}

/** A list that comes in pages: the first is read (and refreshed) by itself, the others on request. */
export function usePages<T>(
  name: string,
  ask: (client: ApiClient, options: CallOptions & { cursor?: string | undefined }) => Promise<Page<T>>,
  options: QueryOptions = {},
): Pages<T> {
  const { client, signOut } = useSession();
  const first = useQuery(name, (c, o) => ask(c, o), options);
  const [rest, setRest] = useState<{
    name: string;
    /** Where the first page ended. Once it ends elsewhere, rows would be missing or double between the two. */
    after: string | null;
    items: readonly T[];
    cursor: string | null;
    error?: ApiError;
  }>();
  const [loadingMore, setLoadingMore] = useState(false);
  const after = first.data?.nextCursor ?? null;
  const own = rest?.name === name && rest.after === after ? rest : undefined;
  const cursor = own ? own.cursor : after;

  async function more(): Promise<void> {
    setLoadingMore(true);
    try {
      const next = await ask(client, { cursor: cursor ?? undefined });
      setRest({ name, after, items: [...(own?.items ?? []), ...next.items], cursor: next.nextCursor });
    } catch (cause) {
      const error = asApiError(cause);
      if (error.status === 401) signOut(error);
      else setRest({ name, after, items: own?.items ?? [], cursor, error });
    } finally {
      setLoadingMore(false);
    }
  }

  return {
    ...first,
    // The pages behind may have changed as well.
    reload() {
      setRest(undefined);
      first.reload();
    },
    error: first.error ?? own?.error,
    data: first.data && [...first.data.items, ...(own?.items ?? [])],
    more: cursor === null ? undefined : () => void more(),
    loadingMore,
  };
}

/** Anything thrown as an ApiError, so that one component can show it. */
export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return new ApiError("unexpected-response", cause instanceof Error ? cause.message : String(cause), {
    cause,
    fix: "Reload the page. If it stays, report it with what you did.",
  });
}
