// How long bodies just under the limit hold the event loop: `npm run bench:stalls -w @lepta/server`. A process of its own
// sends each, one after the other; the server measures its longest pause meanwhile.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { startCreditServer } from "./credit-server.ts";
import { hostileBodies } from "./hostile-bodies.ts";
import { openPgliteTestStore } from "./stores.ts";

/** Of the main thread since its start, from Linux's scheduler; 0 elsewhere. */
function processorMs(): number {
  return process.platform === "linux" ? Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6 : 0;
}

interface Report {
  name: string;
  sent: number;
  status: number;
  received: number;
  ms: number;
}

if (process.send === undefined) {
  const opened = await openPgliteTestStore();
  const server = await startCreditServer(opened);
  await server.send("/v1/products/credit/predictions", { row: server.rows[0] });
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  // On a busy machine a pause is mostly other processes' time: the main thread's own processor time, between two ticks.
  let before = processorMs();
  let most = 0;
  const ticks = setInterval(() => {
    const now = processorMs();
    most = Math.max(most, now - before);
    before = now;
  }, 1);
  const sender = fork(fileURLToPath(import.meta.url), [server.url, server.key, JSON.stringify(server.rows[0])]);
  sender.on("message", (message: "begin" | Report) => {
    if (message === "begin") {
      most = 0;
      return delay.reset();
    }
    const { name, sent, status, received, ms } = message;
    const cells = [
      `${most.toFixed(0)} ms`.padStart(8),
      `${(delay.max / 1e6).toFixed(0)} ms`.padStart(8),
      `${ms.toFixed(0)} ms`.padStart(9),
      `${(sent / 1e6).toFixed(1)} MB`.padStart(8),
      `${received} B`.padStart(9),
      status,
      name,
    ];
    process.stdout.write(`${cells.join("  ")}\n`);
  });
  process.stdout.write(
    `${"at work".padStart(8)}  ${"pause".padStart(8)}  ${"answer".padStart(9)}  ${"sent".padStart(8)}  received  status\n`,
  );
  await new Promise((resolve) => sender.once("exit", resolve));
  clearInterval(ticks);
  await server.close();
  await opened.remove();
} else {
  const [url = "", key = "", row = "{}"] = process.argv.slice(2);
  for (const { name, path, body, headers } of hostileBodies(JSON.parse(row) as Record<string, unknown>)) {
    // A moment for the collector, so that one body's garbage is not the next one's pause.
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.send("begin");
    const started = performance.now();
    const response = await fetch(url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      body: body as BodyInit,
    });
    const received = (await response.arrayBuffer()).byteLength;
    const report: Report = {
      name,
      sent: Buffer.byteLength(body),
      status: response.status,
      received,
      ms: performance.now() - started,
    };
    process.send(report);
  }
  process.disconnect();
}
