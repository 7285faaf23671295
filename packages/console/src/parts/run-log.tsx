// What a run said in words, read when it is opened: its messages and warnings, and its stages' beginnings and ends.
import type { Run, RunEvent } from "@lepta/api";
import { useEffect, useState } from "react";
import { formatAbsolute } from "../format/time.ts";
import { asApiError } from "../state/query.ts";
import { useSession } from "../state/session.ts";
import styles from "./run-log.module.css";

type Said = RunEvent & { type: "message" | "stage" | "finish" };

export function RunLog({ run }: { run: Run }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.log} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Log</summary>
      {open && <Lines id={run.id} />}
    </details>
  );
}

function Lines({ id }: { id: string }) {
  const { client } = useSession();
  const [lines, setLines] = useState<readonly Said[]>([]);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    async function follow() {
      const said: Said[] = [];
      try {
        for await (const event of client.runEvents(id, { signal: abort.signal })) {
          if (event.type === "metric" || event.type === "progress") continue;
          said.push(event);
          setLines([...said]);
        }
      } catch (cause) {
        if (!abort.signal.aborted) setFailure(asApiError(cause).message);
      }
    }
    void follow();
    return () => abort.abort();
  }, [client, id]);
  return (
    <ol className={styles.lines} role="log">
      {lines.map((event) => (
        <li key={event.seq} data-level={event.type === "message" ? event.level : "info"}>
          <time dateTime={event.at} title={formatAbsolute(event.at)}>
            {new Date(event.at).toLocaleTimeString()}
          </time>
          <span>{textOf(event)}</span>
        </li>
      ))}
      {failure && <li data-level="warning">{failure}</li>}
    </ol>
  );
}

function textOf(event: Said): string {
  if (event.type === "message") return event.stage === null ? event.text : `${event.stage}: ${event.text}`;
  if (event.type === "stage") return `${event.stage}: ${event.status}`;
  return `run ${event.status}`;
}
