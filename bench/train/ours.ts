// Our side of one workload: a process that takes steps on demand, by the protocol of peer.ts.
//   node … ours.ts WORKLOAD --threads N
// It trains by `fit` as any user does. The loop asks the learning rate's schedule for its rates before every run of
// the engine: there the process reports the steps taken and waits, blocked, until it is told to go on.
import { readSync } from "node:fs";
import { parseArgs } from "node:util";
import { workloads } from "./workloads.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: "string", default: "1" } },
});
const workload = workloads.find(({ name }) => name === positionals[0]);
if (workload === undefined) throw new Error(`There is no workload ${positionals[0]}.`);
const { stepsPerRun } = workload;
const firstLosses: number[] = [];
const lastLosses: number[] = [];
let waiting = "";

/** The next line of standard input; ends the process at its end. */
function readLine(): string {
  const bytes = Buffer.alloc(256);
  while (!waiting.includes("\n")) {
    const count = readSync(0, bytes);
    if (count === 0) process.exit(0);
    waiting += bytes.toString("utf8", 0, count);
  }
  const end = waiting.indexOf("\n");
  const line = waiting.slice(0, end);
  waiting = waiting.slice(end + 1);
  return line;
}

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

let wanted = 0;
let from = 0;
let begin = 0;

/** Called before a run of the engine that starts with step `step`. */
function gate(step: number): void {
  if (step === 0) return;
  if (wanted === 0) say({ ready: true });
  else if (step - from < wanted) return;
  else say({ ms: (performance.now() - begin) / (step - from) });
  for (;;) {
    const [word, count] = readLine().split(" ");
    if (word === "report") {
      say({
        parameters: training.parameters,
        steps: step,
        firstLoss: mean(firstLosses),
        lastLoss: mean(lastLosses),
        peakMb: process.resourceUsage().maxRSS / 1024,
      });
      continue;
    }
    wanted = Number(count);
    from = step;
    begin = performance.now();
    return;
  }
}

const training = workload.start(Number(values.threads), (step) => {
  if (step % stepsPerRun === 0) gate(step);
});
for await (const event of training.events) {
  if (event.type !== "step") continue;
  if (firstLosses.length < 8) firstLosses.push(event.loss);
  lastLosses.push(event.loss);
  if (lastLosses.length > 8) lastLosses.shift();
}
