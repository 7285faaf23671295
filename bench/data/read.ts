// Reading 1,000,000 rows of CSV into typed columns, beside pandas' read_csv.
//
// What it printed, and where the time goes: docs/decisions/0028-csv-from-its-bytes.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTable } from "@lepta/data";
import { writeCustomers } from "./customers.ts";

const repeats = 3;

/** Seconds on the clock and of processors. */
interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

function record({ wall, cpu }: Times, start: number, before: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(before);
  wall.push((performance.now() - start) / 1000);
  cpu.push((user + system) / 1e6);
}

const middle = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

/** "0.95 s (0.94 s CPU)" and how often that is in ours. */
function beside({ wall, cpu }: Times, ours: Times): string {
  const [clock, work] = [middle(wall), middle(cpu)];
  const ratios = `${(clock / middle(ours.wall)).toFixed(2)} times ours (CPU ${(work / middle(ours.cpu)).toFixed(2)})`;
  return `${clock.toFixed(2)} s (${work.toFixed(2)} s CPU): ${ratios}`;
}

/** Prints the times, medians of three, and their ratios. LEPTA_TEST_PYTHON names a Python with pandas. */
export async function benchRead(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lepta-bench-"));
  try {
    const path = join(folder, "rows.csv");
    writeCustomers(path);
    const ours: Times = { wall: [], cpu: [] };
    const filled: Times = { wall: [], cpu: [] };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      const table = await readTable(path);
      record(ours, start, before);
      for (const { data } of table.columns)
        if (data.length !== table.rowCount) throw new Error("a column is not whole");
      record(filled, start, before);
      if (repeat === 0)
        console.log(
          `read ${table.rowCount} rows, ${(statSync(path).size / 1e6).toFixed(0)} MB: ${table.columns.map(({ type }) => type).join(", ")}`,
        );
    }
    console.log(`  lepta ${middle(ours.wall).toFixed(2)} s (${middle(ours.cpu).toFixed(2)} s CPU)`);
    console.log(`  and all strings: ${middle(filled.wall).toFixed(2)} s (${middle(filled.cpu).toFixed(2)} s CPU)`);
    const python = process.env.LEPTA_TEST_PYTHON;
    if (python === undefined) return console.log("  pandas: skipped, LEPTA_TEST_PYTHON is not set");
    const script = fileURLToPath(new URL("read-peer.py", import.meta.url));
    const { status, stdout, stderr } = spawnSync(python, [script, path, String(repeats)], { encoding: "utf8" });
    if (status !== 0) return console.log(`  pandas: failed, ${stderr.trim().split("\n").at(-1)}`);
    const peer = JSON.parse(stdout) as { version: string; plain: Times; dates: Times };
    console.log(`  pandas ${peer.version} read_csv ${beside(peer.plain, ours)}`);
    console.log(`  with parse_dates and categories, as ours: ${beside(peer.dates, ours)}`);
    console.log(`  load of the machine: ${loadavg()[0]!.toFixed(1)} on ${cpus().length} processors`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
