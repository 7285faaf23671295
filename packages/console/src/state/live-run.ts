// Follows one run: its state, then its events as they come; where the stream fails, by asking again every two seconds.
import type { ApiError, Run, RunEvent } from "@lepta/api";
import { useCallback, useEffect, useMemo, useState } from "react";
import { asApiError } from "./query.ts";
import { applyRunEvent } from "./run-events.ts";
import { useSession } from "./session.ts";

const pollMs = 2000;
/** Failed streams in a row after which only polling is left. */
const streamTries = 5;

/** How the page learns of changes. `ended`: the run takes no more events. */
export type Following = "connecting" | "live" | "polling" | "ended";
export interface LiveRun {
  readonly run: Run | undefined;
  /** What the running stage says of itself. */
  readonly progress: (RunEvent & { type: "progress" }) | undefined;
  readonly following: Following;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

export function useLiveRun(id: string): LiveRun {
  const { client, cache, signOut } = useSession();
  const cached = cache.get(`run ${id}`) as Run | undefined;
  const [state, setState] = useState<Omit<LiveRun, "reload"> & { id: string }>();
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((n) => n + 1), []);

  // Another id or round is another request.
  const request = useMemo(() => ({ id, round }), [id, round]);
  useEffect(() => {
    const { id } = request;
    const abort = new AbortController();
    const { signal } = abort;
    let run: Run | undefined;
    let progress: LiveRun["progress"];
    let following: Following = "connecting";
    let frame = 0;

    function show(error?: ApiError): void {
      cancelAnimationFrame(frame);
      frame = 0;
      if (signal.aborted) return;
      if (run) cache.set(`run ${id}`, run);
      setState({ id, run, progress, following, error });
    }
    /** Many events may come in one frame: drawn once. */
    function showSoon(): void {
      if (frame === 0) frame = requestAnimationFrame(() => show());
    }
    async function read(): Promise<void> {
      run = await client.run(id, { signal });
      if (run.status !== "running") following = "ended";
      show();
    }
    async function stream(): Promise<void> {
      for await (const event of client.runEvents(id, { after: run?.lastEvent ?? 0, signal })) {
        if (!run) return;
        following = "live";
        run = applyRunEvent(run, event);
        if (event.type === "progress") progress = event;
        if (event.type === "stage") {
          progress = undefined;
          // A finished stage's figures are in the run, not in the event.
          if (event.status !== "running") run = await client.run(id, { signal });
        }
        showSoon();
        if (event.type === "finish") return;
      }
    }
    async function follow(): Promise<void> {
      let failures = 0;
      for (;;) {
        try {
          await read();
          if (following === "ended" || signal.aborted) return;
          if (failures < streamTries) {
            const before = run?.lastEvent ?? 0;
            try {
              await stream();
              if ((run?.lastEvent ?? 0) > before) failures = 0;
              else failures++;
            } catch (cause) {
              if (signal.aborted) return;
              if (asApiError(cause).status === 401) throw cause;
              failures++;
            }
            await read();
            if ((following as Following) === "ended") return;
          }
          following = "polling";
          show();
        } catch (cause) {
          if (signal.aborted) return;
          const error = asApiError(cause);
          if (error.status === 401) return signOut(error);
          following = "polling";
          show(error);
          if (error.status === 404 || error.status === 422) return;
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
        if (signal.aborted) return;
      }
    }
    void follow();
    return () => {
      abort.abort();
      cancelAnimationFrame(frame);
    };
  }, [request, client, cache, signOut]);

  if (state?.id === id) return { ...state, run: state.run ?? cached, reload };
  return { run: cached, progress: undefined, following: "connecting", error: undefined, reload };
}
