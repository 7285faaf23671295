// The server's Prometheus figures. One registry a server: two servers in a process do not mix.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface Figures {
  registry: Registry;
  /** An answered request. Product names stay out of the labels: /metrics needs no key. */
  request(method: string, route: string, status: number, seconds: number): void;
  predictions(count: number): void;
  /** Rows that went together: `score` through the model, `write` into the database. */
  batch(stage: "score" | "write", size: number): void;
}

/** @param waiting rows that wait for each stage, read at each scrape. */
export function serverFigures(waiting: () => { score: number; write: number }): Figures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "lepta_" });
  const registers = [registry];
  const requests = new Counter({
    name: "lepta_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "route", "status"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "lepta_http_request_duration_seconds",
    help: "From the request's first byte to the answer's last",
    labelNames: ["method", "route"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const predicted = new Counter({
    name: "lepta_predictions_total",
    help: "Predictions answered and stored; a repeated id does not count",
    registers,
  });
  const batchSize = new Histogram({
    name: "lepta_batch_size",
    help: "Rows that went together",
    labelNames: ["stage"] as const,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  new Gauge({
    name: "lepta_queue_rows",
    help: "Rows that wait for the next batch",
    labelNames: ["stage"] as const,
    registers,
    collect() {
      const { score, write } = waiting();
      this.set({ stage: "score" }, score);
      this.set({ stage: "write" }, write);
    },
  });
  // Bound once: looking labels up by hash costs more than the count itself.
  const bound = new Map<string, { count: Counter.Internal; time: Histogram.Internal<"method" | "route"> }>();
  const score = batchSize.labels("score");
  const write = batchSize.labels("write");
  return {
    registry,
    request(method, route, status, elapsed) {
      const name = `${method} ${route} ${status}`;
      let one = bound.get(name);
      if (!one) {
        one = { count: requests.labels(method, route, String(status)), time: seconds.labels(method, route) };
        bound.set(name, one);
      }
      one.count.inc();
      one.time.observe(elapsed);
    },
    predictions: (count) => predicted.inc(count),
    batch: (stage, size) => (stage === "score" ? score : write).observe(size),
  };
}
