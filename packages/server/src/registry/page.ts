// Pages of a list, newest first: the cursor is the last row's instant and id.
import { ApiError, type Page } from "@lepta/api";
import { and, desc, eq, lt, or, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { isUuid } from "../db/id.ts";

export interface PageRequest {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** @returns the condition, order and limit for a query by instant and id. @throws ApiError invalid-request */
export function pageOf(
  request: PageRequest,
  at: PgColumn,
  id: PgColumn,
): { after: SQL | undefined; order: SQL[]; limit: number } {
  const order = [desc(at), desc(id)];
  // One more than the page has: whether there is a next one.
  const limit = (request.limit ?? 50) + 1;
  if (request.cursor === undefined) return { after: undefined, order, limit };
  const [time = "", last = ""] = request.cursor.split("_");
  const instant = new Date(time);
  if (!isUuid(last) || Number.isNaN(instant.getTime())) {
    throw badCursor();
  }
  return { after: or(lt(at, instant), and(eq(at, instant), lt(id, last))), order, limit };
}

export function badCursor(): ApiError {
  return new ApiError("invalid-request", "query/cursor: is no cursor of this list", {
    errors: [{ path: "query/cursor", message: "is no cursor of this list" }],
    fix: "Send the nextCursor of the page before, unchanged.",
  });
}

export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  place: (row: Row) => { at: Date; id: string },
): Page<Item> {
  const kept = rows.slice(0, limit - 1);
  const last = kept.at(-1);
  const next = rows.length === limit && last ? place(last) : undefined;
  return { items: kept.map(toItem), nextCursor: next ? `${next.at.toISOString()}_${next.id}` : null };
}
