// The verbs that need no store: train, evaluate, predict, in their fixed forms.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readTable } from "@lepta/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, root, runCli, runJson, temporaryDirectory } from "./cli.ts";

let directory = "";
let lines: string[] = [];
beforeAll(() => {
  directory = temporaryDirectory();
  lines = readFileSync(join(root, "examples/credit/german-credit.csv"), "utf8").trimEnd().split("\n");
});
afterAll(() => remove(directory));

interface Metric {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
interface TrainJson {
  readonly task: string;
  readonly bundle: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly cv?: Readonly<Record<string, { readonly value: number; readonly sd: number }>>;
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

describe("a classifier", () => {
  let trained: TrainJson;
  beforeAll(async () => {
    // Compressed, with a column that counts rows, and a row with a field too many at line 5.
    const counted = lines.map((line, i) => (i === 0 ? `row,${line}` : `${i},${line}`));
    counted[4] += ",surplus";
    writeFileSync(join(directory, "credit.csv.gz"), gzipSync(`${counted.join("\n")}\n`));
    const args = [
      "train",
      "--data",
      "credit.csv.gz",
      "--target",
      "risk",
      "--positive",
      "bad",
      "--cv",
      "2",
      "--seed",
      "7",
    ];
    trained = await runJson<TrainJson>([...args, "--out", "model"], { cwd: directory });
  }, 120_000);

  test("prints the fixed form", () => {
    expect(trained.task).toBe("binary");
    expect(trained.bundle).toBe(join(directory, "model"));
    const names = ["auc", "averagePrecision", "accuracy", "f1Macro", "logLoss", "ece"];
    expect(Object.keys(trained.metrics).sort()).toEqual([...names].sort());
    for (const { value, low, high } of Object.values(trained.metrics)) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(trained.cv?.auc?.value).toBeGreaterThan(0.7);
    expect(trained.cv?.auc?.sd).toBeGreaterThan(0);
  });

  test("leaves the counter out and puts the malformed row aside, and says both", () => {
    expect(trained.leftOut.map(({ name }) => name)).toEqual(["row"]);
    expect(trained.rejected).toEqual([{ line: 5, reason: expect.any(String) }]);
  });

  test("writes model.onnx, manifest.json and card.md", () => {
    for (const name of ["model.onnx", "manifest.json", "card.md"])
      expect(existsSync(join(directory, "model", name))).toBe(true);
  });

  test("predict: CSV, Parquet and NDJSON agree, in the order of the rows; rejected rows are reported", async () => {
    writeFileSync(
      join(directory, "rows.csv"),
      `${[lines[0], lines[1], lines[2], `${lines[3]},surplus`, lines[4]].join("\n")}\n`,
    );
    const tables = [];
    for (const out of ["out.csv", "out.parquet", "out.ndjson"]) {
      type Result = { rows: number; rejected: { line: number }[] };
      const result = await runJson<Result>(["predict", "model", "--data", "rows.csv", "--out", out], {
        cwd: directory,
      });
      expect(result).toMatchObject({ rows: 3, rejected: [{ line: 4 }] });
      tables.push(await readTable(join(directory, out)));
    }
    for (const table of tables) {
      expect(table.columns.map(({ name }) => name)).toEqual(["row", "label", "probability_bad", "probability_good"]);
      expect([...(table.columns[0]?.data ?? [])]).toEqual([1, 2, 4]);
      const [, , bad, good] = table.columns.map(({ data }) => [...data].map(Number)) as [
        unknown,
        unknown,
        number[],
        number[],
      ];
      for (const [i, p] of bad.entries()) expect(p + (good[i] as number)).toBeCloseTo(1, 6);
      expect(bad).toEqual([...(tables[0]?.columns[2]?.data ?? [])].map(Number));
    }
    // The second applicant is the classic bad risk, the first the classic good one.
    expect(Number(tables[0]?.columns[2]?.data[1])).toBeGreaterThan(Number(tables[0]?.columns[2]?.data[0]));
  });

  test("predict: without a malformed row there is no column row", async () => {
    writeFileSync(join(directory, "whole.csv"), `${lines.slice(0, 3).join("\n")}\n`);
    await runJson(["predict", "model", "--data", "whole.csv", "--out", "whole-out.csv"], { cwd: directory });
    const { columns } = await readTable(join(directory, "whole-out.csv"));
    expect(columns.map(({ name }) => name)).toEqual(["label", "probability_bad", "probability_good"]);
  });

  test("evaluate: the same metrics with intervals", async () => {
    type Result = { rows: number; metrics: Record<string, Metric> };
    const args = ["evaluate", "model", "--data", join(root, "examples/credit/german-credit.csv")];
    const { rows, metrics } = await runJson<Result>(args, { cwd: directory });
    expect(rows).toBe(1000);
    expect(metrics.auc?.value).toBeGreaterThan(0.75);
  });

  test("a file without the model's columns is refused, nothing is written", async () => {
    writeFileSync(join(directory, "other.csv"), "a,b\n1,2\n3,4\n");
    const args = ["predict", "model", "--data", "other.csv", "--out", "none.csv"];
    const { code, stderr } = await runCli(args, { cwd: directory });
    expect(code).toBe(1);
    expect(stderr).toContain("code: columns-mismatch");
    expect(existsSync(join(directory, "none.csv"))).toBe(false);
  });

  test("a folder that is no bundle is refused", async () => {
    const { code, stderr } = await runCli(["evaluate", ".", "--data", "rows.csv"], { cwd: directory });
    expect(code).toBe(1);
    expect(stderr).toContain("code: bundle-not-found");
  });
});

test("the models that are asked for are trained, and no others; one that is not there is refused first", async () => {
  const data = join(root, "examples/credit/german-credit.csv");
  const args = ["train", "--data", data, "--target", "risk", "--positive", "bad"];
  const { model, metrics } = await runJson<TrainJson & { model: string }>(
    [...args, "--models", "boosting", "--out", "boosted"],
    { cwd: directory },
  );
  expect(model).toBe("boosting");
  expect(metrics.auc?.value).toBeGreaterThan(0.7);
  const refused = await runCli([...args, "--models", "logistic,bosting", "--out", "none"], { cwd: directory });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/no model "bosting"[\s\S]*boosting[\s\S]*code: task-unsupported/);
  expect(existsSync(join(directory, "none"))).toBe(false);
});

test("the cross-validated score that the example's README promises", { timeout: 120_000 }, async () => {
  const data = join(root, "examples/credit/german-credit.csv");
  const args = ["train", "--data", data, "--target", "risk", "--positive", "bad", "--cv", "5", "--out", "five"];
  const { cv } = await runJson<TrainJson>(args, { cwd: directory });
  const readme = readFileSync(join(root, "examples/credit/README.md"), "utf8");
  const promised = /mean AUC \*\*([\d.]+)\*\*, standard deviation ([\d.]+) between folds/.exec(readme);
  expect(Math.abs((cv?.auc?.value ?? 0) - Number(promised?.[1]))).toBeLessThan(0.01);
  expect(Math.abs((cv?.auc?.sd ?? 0) - Number(promised?.[2]))).toBeLessThan(0.01);
});

test("a regressor, measured on a table of its own", { timeout: 120_000 }, async () => {
  writeFileSync(join(directory, "train.csv"), lines.slice(0, 400).join("\n"));
  writeFileSync(join(directory, "test.csv"), [lines[0], ...lines.slice(400, 600)].join("\n"));
  const args = ["train", "--data", "train.csv", "--target", "credit_amount", "--test", "test.csv", "--out", "amount"];
  const { stdout, stderr } = await runCli([...args, "--json"], { cwd: directory });
  const { task, metrics } = JSON.parse(stdout) as TrainJson;
  expect(task).toBe("regression");
  expect(stderr).toMatch(/^ +linear +epoch/m);
  expect(stdout + stderr).not.toContain("logistic");
  expect(Object.keys(metrics).sort()).toEqual(["mae", "r2", "rmse"]);
  expect(metrics.r2?.value).toBeGreaterThan(0.2);
});

test("rows without a target and columns that give it away are said", { timeout: 120_000 }, async () => {
  type Aside = { rejected: unknown[]; withoutTarget: number };
  type Result = Aside & { suspects: { name: string }[]; test: Aside };
  // The target again under another name; of ten rows one has no target.
  const leaky = (line: string, i: number): string => {
    const risk = line.slice(line.lastIndexOf(",") + 1);
    return i > 0 && i % 10 === 3
      ? `${line.slice(0, line.lastIndexOf(",") + 1)},`
      : `${line},${i === 0 ? "again" : risk}`;
  };
  writeFileSync(join(directory, "leaky.csv"), lines.slice(0, 301).map(leaky).join("\n"));
  writeFileSync(
    join(directory, "leaky-test.csv"),
    [...lines.slice(0, 1), ...lines.slice(301, 401)].map(leaky).join("\n"),
  );
  const args = ["train", "--data", "leaky.csv", "--target", "risk", "--test", "leaky-test.csv", "--out", "leaky"];
  const result = await runJson<Result>(args, { cwd: directory });
  expect(result).toMatchObject({ rejected: [], withoutTarget: 30, test: { rejected: [], withoutTarget: 10 } });
  expect(result.suspects.map(({ name }) => name)).toEqual(["again"]);

  const evaluate = ["evaluate", "leaky", "--data", "leaky-test.csv"];
  expect(await runJson<Result>(evaluate, { cwd: directory })).toMatchObject({ rows: 90, withoutTarget: 10 });
  const text = await runCli(evaluate, { cwd: directory });
  expect(text.stdout + text.stderr).toContain("10 rows without a target put aside");
});
