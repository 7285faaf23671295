// Pages of a list, newest first: the cursor is the last row's instant and id.
import { ApiError, type Page } from "@lepta/api";
import { and, desc, lt, lte, or, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { isUuid } from "./id.ts";

export interface PageRequest {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Rows of the page that is asked for. */
export function sizeOf({ limit = 50 }: PageRequest): number {
  return limit;
}

/** The last row of a page. */
export interface Place {
  at: Date;
  id: string;
}

/** The place that a cursor names; undefined at the list's start. @throws ApiError invalid-request */
export function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [time = "", id = ""] = cursor.split("_");
  const at = new Date(time);
  // Years that JavaScript counts and a database does not are no row's.
  if (!isUuid(id) || !/^[12][0-9]{3}-/.test(time) || Number.isNaN(at.getTime())) throw badCursor();
  return { at, id: id.toLowerCase() };
}

/** @returns the condition, order and limit for a query by instant and id. @throws ApiError invalid-request */
export function pageOf(
  request: PageRequest,
  at: PgColumn,
  id: PgColumn,
): { after: SQL | undefined; order: SQL[]; limit: number } {
  const order = [desc(at), desc(id)];
  // One more than the page has: whether there is a next one.
  const limit = sizeOf(request) + 1;
  const place = placeOf(request.cursor);
  if (place === undefined) return { after: undefined, order, limit };
  // `at <=` beside the pair: an index finds the start by it.
  const after = and(lte(at, place.at), or(lt(at, place.at), lt(id, place.id)));
  return { after, order, limit };
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
  place: (row: Row) => Place,
): Page<Item> {
  const kept = rows.slice(0, limit - 1);
  const last = kept.at(-1);
  const next = rows.length === limit && last ? place(last) : undefined;
  return { items: kept.map(toItem), nextCursor: next ? cursorOf(next) : null };
}

export function cursorOf({ at, id }: Place): string {
  return `${at.toISOString()}_${id}`;
}

/** A page of rows in the order of one key, of which one more was asked for than `size`: the key of the last is the cursor. */
export function keyPage<Row, Item>(
  rows: readonly Row[],
  size: number,
  toItem: (row: Row) => Item,
  keyOf: (item: Item) => string,
): Page<Item> {
  const items = rows.slice(0, size).map(toItem);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > size && last !== undefined ? keyOf(last) : null };
}
