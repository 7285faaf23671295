// Three parts of 1,000,000 rows, two columns of which are used, and a profile, beside pandas.
//
// What it printed: docs/decisions/0033-data-sets.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Column,
  columnOf,
  inferSchema,
  isNumeric,
  profileTable,
  readTable,
  splitTable,
  takeRows,
} from "@lepta/data";
import { writeCustomers } from "./customers.ts";

const repeats = 3;
const used = ["income", "churn"];

/** The processor's seconds, the middle of three. */
function secondsOf(work: () => unknown): number {
  const times = Array.from({ length: repeats }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)]!;
}

function copied(column: Column, rows: Int32Array): Column {
  if (isNumeric(column)) return { ...column, data: Float64Array.from(rows, (row) => column.data[row]!) };
  return { ...column, data: Array.from(rows, (row) => column.data[row]!) };
}

/** Prints the processor's time and the ratios. LEPTA_TEST_PYTHON names a Python with pandas. */
export async function benchViews(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lepta-bench-"));
  try {
    const path = join(folder, "rows.csv");
    writeCustomers(path);
    const table = await readTable(path);
    const parts = Object.values(splitTable(table, { stratify: "churn" }));
    const views = secondsOf(() =>
      parts.map((rows) => used.map((name) => columnOf(takeRows(table, rows), name).data.length)),
    );
    const copies = secondsOf(() => parts.map((rows) => table.columns.map((column) => copied(column, rows))));
    const schema = inferSchema(table, { target: "churn" });
    const profile = secondsOf(() => profileTable(table, schema));
    console.log(`three parts of ${table.rowCount} rows, two of ${table.columns.length} columns used`);
    console.log(
      `  views ${views.toFixed(2)} s CPU, copies ${copies.toFixed(2)} s (${(copies / views).toFixed(1)} times)`,
    );
    console.log(`  profile ${profile.toFixed(2)} s CPU`);
    const python = process.env.LEPTA_TEST_PYTHON;
    if (python === undefined) return console.log("  pandas: skipped, LEPTA_TEST_PYTHON is not set");
    const script = fileURLToPath(new URL("views-peer.py", import.meta.url));
    const { status, stdout, stderr } = spawnSync(python, [script, path, String(repeats)], { encoding: "utf8" });
    if (status !== 0) return console.log(`  pandas: failed, ${stderr.trim().split("\n").at(-1)}`);
    const peer = JSON.parse(stdout) as { version: string; parts: number; profile: number };
    console.log(
      `  pandas ${peer.version}: parts ${peer.parts.toFixed(2)} s (${(peer.parts / views).toFixed(2)} times ours),`,
    );
    console.log(`    profile ${peer.profile.toFixed(2)} s (${(peer.profile / profile).toFixed(2)} times ours)`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
