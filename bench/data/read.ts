// Reading 1,000,000 rows of CSV into typed columns, beside pandas' read_csv.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTable } from "@lepta/data";
import { rng } from "@lepta/nn";

const rows = 1_000_000;
const repeats = 3;

/** Whole numbers, decimals, a few per cent of them missing, categories, a day and a class: as tables of customers are. */
function writeRows(path: string): void {
  const random = rng(1);
  const file = openSync(path, "w");
  const cities = Array.from({ length: 40 }, (_, i) => `city ${i}`);
  const names = ["id", "age", "children", "income", "debt", "score", "rate", "city", "purpose", "joined", "churn"];
  let text = `${names.join(",")}\n`;
  for (let row = 0; row < rows; row++) {
    const income = random.uniform() < 0.03 ? "NA" : (60_000 * random.uniform()).toFixed(2);
    const day = new Date(Date.UTC(2020, 0, 1 + Math.floor(1500 * random.uniform()))).toISOString().slice(0, 10);
    const numbers = [row, 18 + random.integer(70), random.integer(5), income, (9e3 * random.uniform()).toFixed(2)];
    const more = [random.uniform().toFixed(6), (random.normal() / 10).toFixed(4)];
    const words = [cities[random.integer(40)], ["car", "home", "study"][random.integer(3)], day];
    text += `${[...numbers, ...more, ...words, random.uniform() < 0.3 ? "yes" : "no"].join(",")}\n`;
    if (text.length > 1e6) {
      writeSync(file, text);
      text = "";
    }
  }
  writeSync(file, text);
  closeSync(file);
}

const middle = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

/** Prints both times, the median of three, and their ratio. LEPTA_TEST_PYTHON names a Python with pandas. */
export async function benchRead(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lepta-bench-"));
  try {
    const path = join(folder, "rows.csv");
    writeRows(path);
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      const table = await readTable(path);
      times.push((performance.now() - start) / 1000);
      if (repeat === 0)
        console.log(
          `read ${table.rowCount} rows, ${(statSync(path).size / 1e6).toFixed(0)} MB: ${table.columns.map(({ type }) => type).join(", ")}`,
        );
    }
    const ours = middle(times);
    console.log(`  lepta ${ours.toFixed(2)} s`);
    const python = process.env.LEPTA_TEST_PYTHON;
    if (python === undefined) return console.log("  pandas: skipped, LEPTA_TEST_PYTHON is not set");
    const script = fileURLToPath(new URL("read-peer.py", import.meta.url));
    const { status, stdout, stderr } = spawnSync(python, [script, path, String(repeats)], { encoding: "utf8" });
    if (status !== 0) return console.log(`  pandas: failed, ${stderr.trim().split("\n").at(-1)}`);
    const peer = JSON.parse(stdout) as { version: string; plain: number[]; dates: number[] };
    const [plain, dates] = [middle(peer.plain), middle(peer.dates)];
    console.log(`  pandas ${peer.version} read_csv ${plain.toFixed(2)} s: ${(plain / ours).toFixed(2)} times ours`);
    console.log(
      `  with parse_dates and categories, as ours: ${dates.toFixed(2)} s, ${(dates / ours).toFixed(2)} times ours`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
