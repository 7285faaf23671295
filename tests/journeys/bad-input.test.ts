// Bad input to the command line: one clear error with a code and a fix, a non-zero exit, nothing written.
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, root, runCli, temporaryDirectory } from "./cli.ts";

let directory = "";
const credit = join(root, "examples/credit/german-credit.csv");

beforeAll(() => {
  directory = temporaryDirectory();
  const lines = readFileSync(credit, "utf8").trimEnd().split("\n");
  const head = lines[0] as string;
  writeFileSync(join(directory, "empty.csv"), `${head}\n`);
  writeFileSync(join(directory, "nothing.csv"), "");
  mkdirSync(join(directory, "occupied"));
  writeFileSync(join(directory, "occupied", "letter.txt"), "Dear Ada");
  writeFileSync(join(directory, "one-class.csv"), [head, ...lines.filter((line) => line.endsWith(",good"))].join("\n"));
  writeFileSync(join(directory, "latin1.csv"), Buffer.from(`name,risk\nJosé,good\nZoë,bad\n`, "latin1"));
  writeFileSync(join(directory, "binary.parquet"), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]));
  mkdirSync(join(directory, "folder.csv"));
  copyFileSync(credit, join(directory, "credit.csv"));
});
afterAll(() => remove(directory));

const train = (file: string, target = "risk"): string[] => [
  "train",
  "--data",
  file,
  "--target",
  target,
  "--out",
  "out",
];

const goesTo = (out: string): string[] => ["train", "--data", "credit.csv", "--target", "risk", "--out", out];

describe("lepta train", () => {
  test.each([
    ["a missing target", train("credit.csv", "riskk"), "target-missing", /riskk/, /risk/],
    ["a table without rows", train("empty.csv"), "empty-table", /empty\.csv/, /rows/],
    ["a file of no bytes", train("nothing.csv"), "empty-table", /nothing\.csv/, /rows/],
    ["one class alone", train("one-class.csv"), "target-one-class", /good/, /two classes/],
    ["a file that is not UTF-8", train("latin1.csv"), "not-utf8", /latin1\.csv/, /UTF-8/],
    ["a directory for a file", train("folder.csv"), "not-a-file", /folder\.csv/, /file/],
    ["no such file", train("absent.csv"), "file-not-found", /absent\.csv/, /./],
    ["a damaged Parquet file", train("binary.parquet"), "file-unreadable", /binary\.parquet/, /./],
    ["an unknown format", train("credit.xlsx"), /file-not-found|unknown-format/, /credit\.xlsx/, /./],
    ["an occupied folder to write to", goesTo("occupied"), "bundle-target-occupied", /occupied/, /empty/],
    ["a file to write to", goesTo("credit.csv"), "bundle-target-occupied", /credit\.csv/, /folder/],
    ["a folder in a file to write to", goesTo("credit.csv/model"), "bundle-target-occupied", /model/, /folder/],
    [
      "a positive value that is no class",
      [...train("credit.csv"), "--positive", "awful"],
      "positive-unknown",
      /awful/,
      /./,
    ],
  ])("%s", async (_, args, code, message, fix) => {
    const before = readdirSync(directory).sort();
    const { code: exit, stdout, stderr } = await runCli([...args, "--json"], { cwd: directory });
    // Where the data are read is said; that a training began would be said too.
    expect(stderr).not.toMatch(/epoch/);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; fix: string } };
    expect(exit).toBe(1);
    expect(error.code).toMatch(code);
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(directory).sort()).toEqual(before);
    expect(existsSync(join(directory, "out"))).toBe(false);
  });
});

describe("the command line itself", () => {
  test.each([
    ["an unknown verb", ["shipp"], /ship/],
    ["an unknown option", ["train", "--date", "x.csv"], /--data/],
    ["a missing option", ["train", "--data", "credit.csv"], /lepta/],
    ["a value that cannot be", ["train", "--data", "credit.csv", "--target", "risk", "--cv", "1"], /lepta/],
    ["a model named twice", ["train", "--data", "x.csv", "--target", "y", "--models", "network,network"], /lepta/],
    ["a missing argument", ["predict", "--data", "credit.csv", "--out", "x.csv"], /lepta/],
    ["a time that ends before it begins", ["usage", "--from", "2026-02-01", "--to", "2026-01-01"], /first day/],
  ])("%s: exit 2", async (_, args, fix) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: directory });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .+\n {2}fix: .+\n code: usage-invalid\n$/);
    expect(stderr).toMatch(fix);
  });

  test("the stack is shown with --debug alone", async () => {
    const { code, stderr } = await runCli([...train("absent.csv"), "--debug"], { cwd: directory });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\s+at /m);
  });
});

test("lepta usage where no store is: refused, none is made", async () => {
  const { code, stderr } = await runCli(["usage"], { cwd: directory });
  expect(code).toBe(1);
  expect(stderr).toContain("code: store-missing");
  expect(existsSync(join(directory, ".lepta"))).toBe(false);
});

test("lepta serve on a port that is taken: refused, no store is made", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  try {
    const { code, stderr } = await runCli(["serve", "--port", String(port)], { cwd: directory });
    expect(code).toBe(1);
    expect(stderr).toContain("code: port-taken");
    expect(existsSync(join(directory, ".lepta"))).toBe(false);
  } finally {
    other.close();
  }
});

describe("lepta ship", () => {
  const product = (columns: string): string => `import { defineProduct, table, tabular } from "lepta";
export default defineProduct({
  name: "credit",
  data: table("credit.csv", { target: "risk", positive: "bad", columns: { ${columns} } }),
  task: tabular.classifier(),
});
`;

  test.each([
    ["a column that the data lacks", product('shoe_size: "number"'), "columns-mismatch", /shoe_size/],
    ["a column of another type", product('age: "number", purpose: "number"'), "cells-unreadable", /purpose/],
    ["no product", "export default 5;\n", "product-invalid", /does not export a product/],
    ["a syntax error", "export default {{\n", "product-file-failed", /product\.ts/],
    ["an exception", 'throw new Error("boom");\n', "product-file-failed", /boom/],
  ])("%s", async (_, source, code, message) => {
    // Inside the workspace, so that the product's import of lepta resolves.
    const home = join(directory, "store");
    const place = join(root, "examples", `.journey-${process.pid}`);
    mkdirSync(place, { recursive: true });
    try {
      copyFileSync(credit, join(place, "credit.csv"));
      writeFileSync(join(place, "product.ts"), source);
      const {
        code: exit,
        stdout,
        stderr,
      } = await runCli(["ship", join(place, "product.ts"), "--once", "--json"], { home });
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      expect(exit).toBe(1);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
    } finally {
      remove(place);
    }
  });

  test.each([
    ["no file", "absent.ts", "product-file-missing"],
    ["a directory", ".", "product-file-missing"],
    ["a table", "credit.csv", "product-file-failed"],
  ])("%s for a product", async (_, path, code) => {
    const { code: exit, stderr } = await runCli(["ship", path], { cwd: directory });
    expect(exit).toBe(1);
    expect(stderr).toContain(`code: ${code}\n`);
    expect(existsSync(join(directory, ".lepta"))).toBe(false);
  });
});
