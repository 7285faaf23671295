// Calendar months in UTC, written YYYY-MM: what an invoice covers.
import { ApiError } from "@lepta/api";

export interface Month {
  period: string;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

export function monthOf(instant: Date): Month {
  const [year, month] = [instant.getUTCFullYear(), instant.getUTCMonth()];
  return {
    period: instant.toISOString().slice(0, 7),
    from: new Date(Date.UTC(year, month)),
    to: new Date(Date.UTC(year, month + 1)),
  };
}

/** @param now where the month must have begun by it. @throws ApiError invalid-period when it is no month, or has not. */
export function readMonth(period: string, now?: Date): Month {
  const first = new Date(`${period}-01T00:00:00.000Z`);
  if (
    !/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(period) ||
    Number.isNaN(first.getTime()) ||
    (now !== undefined && first > now)
  ) {
    throw new ApiError("invalid-period", `${JSON.stringify(period)} is no calendar month that has begun`, {
      fix: "Send for example 2026-11; months are in UTC.",
    });
  }
  return monthOf(first);
}
