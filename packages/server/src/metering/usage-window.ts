// Which usage events are taken from outside: those of a time that an invoice can still reach.
import { ApiError, type FieldProblem, type UsageEvent } from "@lepta/api";

/** Further back a month's invoice is long paid; further ahead the sender's clock is wrong, and no invoice would come. */
const usageWindow = { pastDays: 366, futureMinutes: 60 } as const;

/** @throws ApiError invalid-request with the events that may not be taken, each by its place and id. */
export function refuseUsage(events: readonly UsageEvent[], now: Date): void {
  const earliest = now.getTime() - usageWindow.pastDays * 86_400_000;
  const latest = now.getTime() + usageWindow.futureMinutes * 60_000;
  const problems: FieldProblem[] = [];
  for (const [i, event] of events.entries()) {
    if (typeof event.time !== "string") continue;
    const at = Date.parse(event.time);
    const bounds = `a year (${usageWindow.pastDays} days) ago to ${usageWindow.futureMinutes} minutes from now`;
    if (at >= earliest && at <= latest) continue;
    const message = `${event.time} is too far from ${now.toISOString()}: ${bounds} (event ${JSON.stringify(event.id)})`;
    problems.push({ path: `${placeOf(events, i)}/time`, message });
  }
  const [first] = problems;
  if (!first) return;
  throw new ApiError("invalid-request", `${first.path}: ${first.message}`, {
    errors: problems,
    fix: "Mend or leave out the events that are named, and send the list again; none of it was taken.",
  });
}

/** JSON pointer of an event in the request: a lone event is the body itself. */
export function placeOf(events: readonly UsageEvent[], i: number): string {
  return events.length === 1 ? "" : `/${i}`;
}
