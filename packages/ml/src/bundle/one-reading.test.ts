// One raw row has one prediction: from a file, as a row over HTTP or in JavaScript, and by model.onnx in any runtime.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inferSchema, readTable } from "@lepta/data";
import { createSession } from "@lepta/nn";
import { afterAll, beforeAll, expect, test } from "vitest";
import { train } from "../tasks/train.ts";
import { type Bundle, readBundle } from "./read-bundle.ts";
import type { Row } from "./row.ts";
import { openScorer } from "./scorer.ts";
import { writeBundle } from "./write-bundle.ts";

const python = process.env.LEPTA_TEST_PYTHON;
const script = fileURLToPath(new URL("../../../../tests/reference/score_bundle.py", import.meta.url));
const garages = ["NA", "Attached", "Detached", "Car port"];

let folder = "";
let bundle: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-reading-"));
  const lines = Array.from({ length: 240 }, (_, i) => {
    const garage = garages[(i * 7) % 4]!;
    const area = i % 12 === 5 ? "-9" : `${40 + ((i * 37) % 160)},5`;
    const day = `${1 + (i % 28)}/${1 + ((i * 5) % 12)}/2023`;
    return `${garage};${area};${day};${garage === "NA" || i % 5 === 0 ? "no" : "yes"}`;
  });
  const file = join(folder, "homes.csv");
  await writeFile(file, `garage;__proto__;sold;quick\n${lines.join("\n")}\n`);
  const reading = { columns: Object.fromEntries([["__proto__", { na: [-9] }]]) };
  const table = await readTable(file, { reading, target: "quick" });
  const schema = inferSchema(table, { target: "quick" });
  const trained = await train({ train: table, schema, model: "logistic", seed: 1 });
  const { dir } = await writeBundle(join(folder, "b"), { trained, name: "homes", dataHash: table.hash });
  bundle = await readBundle(dir);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const raw = (garage: string, area: string, sold: string): string[] => [garage, area, sold];
/** Each group is one row in several spellings: its first is what the others must equal. */
const groups = [
  [
    ["NA", "100,5", "05/02/2023"],
    [" NA ", "100,50", "5.2.2023"],
    ["None", "1.005e2", "2023-02-05"],
    ["n/a", " 100,5", "5 Feb 2023"],
    ["?", "100,5", "5/2/2023"],
    ["", "100,5", "05/02/2023 00:00"],
  ],
  [
    ["Attached", "-9", "05/02/2023"],
    [" Attached", "-9,0", "5/2/2023"],
    ["Attached\u00a0", "", "5/2/2023"],
    ["   Attached  ", "NaN", "5/2/2023"],
    ["\tAttached", "n/a", "5/2/2023"],
  ],
  [
    ["Car port", "80", "NA"],
    ["Car  port", "80", ""],
    [" Car   port ", "80", "NaT"],
    ["Car\u00a0port", "80", "-"],
  ],
  [
    ["Unheard of", "80", "1/1/2023"],
    ["attached", "80", "1/1/2023"],
  ],
].map((group) => group.map(([garage, area, sold]) => raw(garage!, area!.replace("1.005e2", "100,5"), sold!)));

const rows = groups.flat();
const expected = groups.flatMap((group, g) => group.map(() => groups.slice(0, g).flat().length));
const asRow = ([garage, area, sold]: string[]): Row =>
  Object.fromEntries([
    ["garage", garage!],
    ["__proto__", area!],
    ["sold", sold!],
  ]);

async function byRows(given: readonly Row[]): Promise<number[]> {
  const scorer = await openScorer(bundle);
  try {
    expect(given.flatMap((row) => scorer.validate(row))).toEqual([]);
    const scored = await scorer.score(given);
    return scored.map((one) => (one.kind === "class" ? one.probabilities.yes! : Number.NaN));
  } finally {
    await scorer.close();
  }
}

/** What any runtime is fed: strings as they stand, numbers and times as numbers. */
function feeds(): Record<string, (string | number | null)[]> {
  const day = (sold: string): number | null => {
    const parts = /(\d+)[/. ](?:(\d+)|Feb)[/. ](\d{4})/.exec(sold) ?? /^(?:(\d{4})-02-05)/.exec(sold);
    if (parts === null) return null;
    return sold.startsWith("2023-")
      ? Date.UTC(2023, 1, 5)
      : Date.UTC(Number(parts[3]), Number(parts[2] ?? 2) - 1, Number(parts[1]));
  };
  const number = (area: string): number | null => (/\d/.test(area) ? Number(area.trim().replace(",", ".")) : null);
  return Object.fromEntries([
    ["garage", rows.map(([garage]) => garage!)],
    ["__proto__", rows.map(([, area]) => number(area!))],
    ["sold", rows.map(([, , sold]) => day(sold!))],
  ]);
}

test("the readings stand in the manifest", () => {
  expect(bundle.manifest.inputs.map(({ name, reading }) => [name, reading])).toMatchObject([
    ["garage", { type: "category" }],
    ["__proto__", { type: "number", decimal: "comma" }],
    ["sold", { type: "timestamp", dates: "day-first" }],
  ]);
});

test("rows in every spelling, with nulls, numbers and dates in place of texts", async () => {
  const found = await byRows(rows.map(asRow));
  expect(found).toEqual(expected.map((first) => found[first]));
  expect(new Set(found).size).toBe(groups.length);
  const typed = await byRows([
    Object.fromEntries([
      ["garage", null],
      ["__proto__", 100.5],
      ["sold", new Date(Date.UTC(2023, 1, 5))],
    ]),
    Object.fromEntries([
      ["garage", "Attached"],
      ["__proto__", -9],
      ["sold", Date.UTC(2023, 1, 5)],
    ]),
  ]);
  expect(typed).toEqual([found[0], found[groups[0]!.length]]);
});

test.each(["csv", "ndjson"])("a file: %s", async (format) => {
  const path = join(folder, `rows.${format}`);
  const quoted = (cell: string): string => `"${cell}"`;
  const text =
    format === "csv"
      ? `garage,__proto__,sold\n${rows.map((cells) => cells.map(quoted).join(",")).join("\n")}\n`
      : rows.map((cells) => JSON.stringify(asRow(cells))).join("\n");
  await writeFile(path, text);
  const readings = Object.fromEntries(bundle.manifest.inputs.map(({ name, reading }) => [name, reading]));
  const table = await readTable(path, { readings, unreadable: "reject" });
  expect(table.rejected).toEqual([]);
  const scorer = await openScorer(bundle);
  const scored = await scorer.scoreTable(table);
  await scorer.close();
  const all = scored.kind !== "class" ? [] : rows.map((_, i) => scored.probabilities[2 * i + 1]);
  expect(all).toEqual(await byRows(rows.map(asRow)));
});

test("model.onnx alone, fed the raw strings", async () => {
  const session = await createSession(bundle.model);
  const tensors = Object.fromEntries(
    Object.entries(feeds()).map(([name, values]) => [
      name,
      {
        shape: [rows.length, 1],
        data:
          name === "garage" ? (values as string[]) : Float64Array.from(values, (value) => Number(value ?? Number.NaN)),
      },
    ]),
  );
  const { probabilities } = await session.run(tensors);
  await session.close();
  const found = rows.map((_, i) => (probabilities!.data as Float32Array)[2 * i + 1]);
  expect(found).toEqual(await byRows(rows.map(asRow)));
});

test.skipIf(python === undefined)("onnxruntime in Python (LEPTA_TEST_PYTHON)", async () => {
  const file = join(folder, "rows.json");
  await writeFile(file, JSON.stringify(feeds()));
  const { stdout } = await promisify(execFile)(python!, [script, bundle.dir, file]);
  const theirs = (JSON.parse(stdout) as { probabilities: number[][] }).probabilities.map(([, yes]) => yes!);
  const ours = await byRows(rows.map(asRow));
  expect(Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)))).toBeLessThan(1e-6);
});

test.each([
  ["garage", { kind: "list" }],
  ["__proto__", "31578.87"],
  ["__proto__", "about 80"],
  ["sold", "02/28/2023"],
  ["sold", "30/02/2023"],
])("what cannot be read is refused: %s %j", async (name, value) => {
  const scorer = await openScorer(bundle);
  const row = { ...asRow(rows[0]!), [name]: value };
  expect(scorer.validate(row).map(({ field }) => field)).toEqual([name]);
  await scorer.close();
});
