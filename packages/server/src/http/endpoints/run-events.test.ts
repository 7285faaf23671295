// A stream of events that breaks is told from one whose run is over.
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Store } from "../../db/store.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerContext } from "../server-context.ts";
import { runEvents } from "./run-events.ts";

test("a database error breaks the stream and is reported", async () => {
  const gone = new Error("the database went away");
  let asked = 0;
  const transaction = async () => {
    asked++;
    if (asked > 1) throw gone;
    return { events: [], running: true };
  };
  const reported: unknown[] = [];
  const server = {
    store: { tenant: () => ({ transaction }) } as unknown as Store,
    admit: async () => ({ organisationId: newId(), keyId: newId(), scopes: ["read"] }),
    closing: new AbortController().signal,
    report: (_: Exchange, error: unknown) => reported.push(error),
  } as unknown as ServerContext;
  const exchange = {
    request: { headers: {}, url: "/" } as IncomingMessage,
    response: new EventEmitter() as ServerResponse,
  } as Exchange;
  const { body } = await runEvents.answer(server, exchange, { id: newId() });
  await expect(new Response(body as ReadableStream<Uint8Array>).text()).rejects.toThrow("the database went away");
  expect(reported).toEqual([gone]);
});
