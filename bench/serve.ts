// `npm run bench:serve`: predictions over HTTP, one a request, each durable and metered before it is answered.
//   npm run bench:serve -- --json            prints [{ connections, perSecond, p50Ms, p99Ms }] and nothing else
//   npm run bench:serve -- --seconds 5       measures each load so long; default 10
//   npm run bench:serve -- --cpu-prof DIR    leaves the server's CPU profile in DIR
// The server is a child process; the load comes from this one. On PostgreSQL with LEPTA_BENCH_DATABASE_URL.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { count } from "./serving/count.ts";
import { type Prepared, prepare } from "./serving/prepare.ts";

interface Measured {
  connections: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "10" },
    "cpu-prof": { type: "string" },
  },
});
const seconds = Number(options.seconds);
const databaseUrl = process.env.LEPTA_BENCH_DATABASE_URL || undefined;
const say = (text: string) => options.json || console.log(text);

const path = "/v1/products/credit/predictions";
/** Answers with 200 so far; the store must hold exactly as many predictions. */
let answered = 0;

/** Sends `amount` requests, each connection its next one when its last is answered. */
async function load(url: string, { key, rows }: Prepared, connections: number, amount: number): Promise<Measured> {
  const latencies: number[] = [];
  const started = performance.now();
  let elapsed = 0;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url,
      connections,
      amount,
      timeout: 60,
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      requests: rows.map((row, i) => ({
        method: "POST",
        path,
        body: JSON.stringify({ row, subject: `applicant ${i}` }),
      })),
    };
    const running = autocannon(options, (error, finished) => (error ? reject(error) : resolve(finished)));
    running.on("response", (_client, _status, _bytes, milliseconds) => {
      latencies.push(milliseconds);
      if (latencies.length === amount) elapsed = (performance.now() - started) / 1000;
    });
  });
  if (result["2xx"] !== amount || result.errors > 0) {
    throw new Error(
      `${result["2xx"]} of ${amount} answers are 200; ${result.non2xx} others, ${result.errors} errors, ${result.timeouts} timeouts`,
    );
  }
  answered += amount;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (q: number) => Math.round(100 * (sorted[Math.floor(q * (amount - 1))] as number)) / 100;
  return { connections, perSecond: Math.round(amount / elapsed), p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

/** Warms up, then sends as many requests as take about `seconds`. */
async function measure(url: string, prepared: Prepared, connections: number): Promise<Measured> {
  await load(url, prepared, connections, 100 * connections);
  const { perSecond } = await load(url, prepared, connections, 20 + 30 * connections);
  return load(url, prepared, connections, Math.max(connections, Math.round(perSecond * seconds)));
}

async function startChild(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const profile = options["cpu-prof"] === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options["cpu-prof"]}`];
  const script = fileURLToPath(new URL("./serving/server.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [...profile, "--conditions=lepta-source", "--import", import.meta.resolve("tsx"), script, dir],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, url: (JSON.parse(line) as { url: string }).url };
  }
  throw new Error("the server ended before it listened");
}

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "lepta-bench-serve-"));
  try {
    say("training a baseline and a network on the German credit data …");
    const prepared = await prepare(dir, databaseUrl);
    const { child, url } = await startChild(dir);
    const measured: Measured[] = [];
    try {
      say(`measuring ${url} …`);
      for (const connections of [1, 64]) measured.push(await measure(url, prepared, connections));
    } finally {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    }
    const stored = await count(dir, databaseUrl, prepared.organisationId);
    for (const [name, found] of Object.entries(stored)) {
      if (found !== answered) {
        throw new Error(`${found} ${name} for ${answered} answers: each is to be stored and metered once`);
      }
    }
    if (options.json) console.log(JSON.stringify(measured));
    else {
      console.log(`\n${"connections".padEnd(14)}${"per second".padEnd(14)}${"p50".padEnd(12)}p99`);
      for (const { connections, perSecond, p50Ms, p99Ms } of measured) {
        const cells = [
          String(connections).padEnd(14),
          perSecond.toLocaleString("en").padEnd(14),
          `${p50Ms} ms`.padEnd(12),
        ];
        console.log(`${cells.join("")}${p99Ms} ms`);
      }
      console.log(`\n${answered.toLocaleString("en")} answers, each with its prediction and usage event in the store`);
      console.log(
        `${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, ${databaseUrl ? "PostgreSQL" : "PGlite"}, load generator on the same machine`,
      );
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

await main();
