// `npm run bench:train`: a training step's time beside PyTorch's and TensorFlow.js's, in the same run, in turns.
//   npm run bench:train -- --json            prints [{ workload, threads, peer, oursMs, theirsMs, ratio }] and nothing else
//   npm run bench:train -- --only lenet      one workload, or those whose names begin so
//   npm run bench:train -- --threads 1,2     one table for all; default 1
//   npm run bench:train -- --rounds 9        paired rounds; default 7
//   npm run bench:train -- --peers eager     peers whose names hold one of these words; "none" for ours alone
// `ratio` is their time over ours, the median of the rounds. find-peers.ts says where peers are looked for.
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { findPeers } from "./train/find-peers.ts";
import { type Measured, measureWorkload, type Result } from "./train/rounds.ts";
import { workloads } from "./train/workloads.ts";

const usage = "Options: --json, --only NAME, --threads N,…, --rounds N, --round-ms N, --peers WORD,…";

/** Says in one line what is wrong with the command line. */
function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function readArguments() {
  if (process.argv.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({
      options: {
        json: { type: "boolean", default: false },
        only: { type: "string" },
        threads: { type: "string", default: "1" },
        rounds: { type: "string", default: "7" },
        "round-ms": { type: "string", default: "400" },
        peers: { type: "string" },
      },
    }).values;
  } catch (error) {
    return refuse(`${(error as Error).message.split(". ")[0]}. ${usage}`);
  }
}

const given = readArguments();
const say = (text: string): void => void (given.json || console.log(text));
const wholeNumbers = (name: string, text: string): number[] =>
  text.split(",").map((part) => {
    const number = Number(part);
    if (!Number.isSafeInteger(number) || number < 1)
      refuse(`--${name} takes whole numbers above 0, not ${JSON.stringify(text)}.`);
    return number;
  });

const threadCounts = wholeNumbers("threads", given.threads);
const [rounds = 7] = wholeNumbers("rounds", given.rounds);
const [roundMs = 400] = wholeNumbers("round-ms", given["round-ms"]);
const chosen = workloads.filter(({ name }) => name === given.only);
if (chosen.length === 0) chosen.push(...workloads.filter(({ name }) => name.startsWith(given.only ?? "")));
if (chosen.length === 0) {
  refuse(`No workload is called ${given.only}; there are ${workloads.map(({ name }) => name).join(", ")}.`);
}

const asked = given.peers?.split(",");
const found = asked?.includes("none") ? { kinds: [], skipped: [] } : findPeers();
const kinds = found.kinds.filter(({ name }) => asked?.some((word) => name.includes(word)) ?? true);

function printWorkload({ results, processes }: Measured): void {
  for (const { workload, threads, peer, oursMs, theirsMs, ratio } of results) {
    const own = processes[0];
    const other = processes.find(({ name }) => name === peer);
    const pair = (ours: number | undefined, theirs: number | undefined): string =>
      [ours, theirs].map((value) => value?.toFixed(0) ?? "–").join(" / ");
    const cells = [
      workload.padEnd(14),
      String(threads).padStart(7),
      (peer ?? "–").padEnd(16),
      oursMs.toFixed(2).padStart(9),
      (theirsMs?.toFixed(2) ?? "–").padStart(10),
      (ratio === null ? "–" : `${ratio.toFixed(2)}×`).padStart(9),
      pair(own?.report.peakMb, other?.report.peakMb).padStart(15),
      pair(own?.firstStepMs, other?.firstStepMs).padStart(17),
    ];
    say(cells.join("  "));
  }
}

const results: Result[] = [];
const skipped: string[] = [...found.skipped];
const versions = [...new Set(kinds.map(({ version }) => version))].join(", ");
say(`${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}; ${versions || "no peer"}`);
const load = loadavg()[0] ?? 0;
if (load > availableParallelism() / 4)
  say(
    `load ${load.toFixed(1)}: other work is running; threads of one step then wait for each other, more threads longer`,
  );
say(`${rounds} paired rounds; peak memory and time from process start to the first loss: ours / theirs\n`);
say(
  "workload        threads  peer                ours ms   theirs ms      ratio         peak MB      first loss ms".trimEnd(),
);
for (const threads of threadCounts) {
  for (const { name } of chosen) {
    const measured = await measureWorkload(name, threads, kinds, { rounds, roundMs });
    results.push(...measured.results);
    skipped.push(...measured.skipped);
    printWorkload(measured);
  }
}

say("");
for (const threads of threadCounts) {
  for (const { name } of kinds) {
    const ratios = results.flatMap((own) =>
      own.peer === name && own.threads === threads && own.ratio ? [own.ratio] : [],
    );
    if (ratios.length === 0) continue;
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    say(`geometric mean against ${name}, threads ${threads}: ${mean.toFixed(2)}× over ${ratios.length} workloads`);
  }
}
for (const line of skipped) (given.json ? console.error : console.log)(`skipped: ${line}`);
if (given.json) console.log(JSON.stringify(results));
