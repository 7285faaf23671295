// GET /v1/runs/{id}/events: server-sent events, id = seq; a client that reconnects goes on after Last-Event-ID.
import { listRunEvents, watchRunEvents } from "../../registry/events.ts";
import { endpoint } from "../endpoint.ts";

const encoder = new TextEncoder();
/** A comment from time to time, so that no proxy takes a quiet stream for a dead one. */
const beatMs = 15_000;

export const runEvents = endpoint("runEvents", async ({ server, principal, params, query, exchange }) => {
  const tenant = server.store.tenant(principal.organisationId);
  // Asked before the stream begins: a run that is not there is a 404, not a broken stream.
  await listRunEvents(tenant, params.id, 0, 1);
  const last = Number(exchange.request.headers["last-event-id"]);
  const after = Number.isSafeInteger(last) && last > 0 ? last : query.after;
  const gone = new AbortController();
  exchange.response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, server.closing]);
  const events = watchRunEvents(tenant, params.id, { after, signal });
  let beat: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(": events\n\n"));
      beat = setInterval(() => controller.enqueue(encoder.encode(": beat\n\n")), beatMs);
    },
    async pull(controller) {
      let next: Awaited<ReturnType<typeof events.next>>;
      try {
        next = await events.next();
      } catch (error) {
        // A stream that ended in order would say that the run is over.
        clearInterval(beat);
        server.report(exchange, error);
        controller.error(error);
        return;
      }
      if (next.done) {
        clearInterval(beat);
        controller.close();
      } else {
        const { seq } = next.value;
        controller.enqueue(encoder.encode(`id: ${seq}\ndata: ${JSON.stringify(next.value)}\n\n`));
      }
    },
    cancel() {
      clearInterval(beat);
      gone.abort();
    },
  });
});
