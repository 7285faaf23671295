// An instant as one reads it: how long ago, the full time as the title.
import { useEffect, useState } from "react";
import { formatAbsolute, formatDuration, formatRelative } from "../format/time.ts";

export function Ago({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={formatAbsolute(at)} className="nowrap">
      {formatRelative(at, now)}
    </time>
  );
}

/** Between two instants; with no end it counts on. */
export function Lasted({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1000 : undefined);
  return <span className="tabular">{formatDuration((to === null ? now : Date.parse(to)) - Date.parse(from))}</span>;
}

function useNow(everyMs: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
