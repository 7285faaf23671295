// The times of a cron expression, each told once.
import { CronExpressionParser } from "cron-parser";

/** The latest time that has come since it was asked last; undefined where none has. */
export type Clock = () => Date | undefined;

/** @param cron five fields, UTC; counted from now on */
export function createClock(cron: string): Clock {
  const times = CronExpressionParser.parse(cron, { tz: "UTC" });
  let next = times.next();
  return () => {
    let due: Date | undefined;
    for (; next.getTime() <= Date.now(); next = times.next()) due = next.toDate();
    return due;
  };
}
