// Files of predictions: every page, cells that are one cell, and no formulas.
import type { Label, PredictionRecord } from "@lepta/api";
import { describe, expect, it } from "vitest";
import { fileOf, readAll } from "./prediction-export.ts";

const record = (id: string, row: PredictionRecord["row"] = {}): PredictionRecord => ({
  id,
  product: "credit",
  model: { id: "m", name: "network", version: 2 },
  variant: "champion",
  outcome: { kind: "class", label: "good", probability: 0.2, probabilities: { good: 0.8, bad: 0.2 } },
  at: "2026-03-01T00:00:00.000Z",
  own: false,
  decision: null,
  row,
  subjectHash: null,
  traceparent: null,
  run: null,
  dataHash: "d",
  feedback: null,
  invoiceLine: null,
});

describe("fileOf", () => {
  it("writes a line a prediction, with the row's fields", () => {
    const text = fileOf([record("1", { age: 30, job: 'a "b", c' }), record("2", { job: null, new: true })], "csv");
    const [header, first, second] = text.split("\r\n");
    expect(header).toMatch(/^id,at,product,.*,label,probability\.good,probability\.bad,row\.age,row\.job,row\.new$/);
    expect(first).toMatch(/,0\.8,0\.2,30,"a ""b"", c",$/);
    expect(second).toMatch(/,0\.8,0\.2,,,true$/);
  });
  it("writes each kind of outcome in columns of its own, and its true label in one", () => {
    const told = (outcome: PredictionRecord["outcome"], label: Label) => ({
      ...record("1"),
      outcome,
      feedback: { label, at: "2026-03-02T00:00:00.000Z" },
    });
    const files = [
      told({ kind: "number", value: 0.1 + 0.2 }, 0.3),
      told({ kind: "series", values: [1.5, 2] }, [1, 2]),
      told({ kind: "score", score: 3.5, flagged: true }, false),
    ].map((one) =>
      fileOf([one], "csv")
        .trim()
        .split("\r\n")
        .map((line) => line.split(",")),
    );
    const cell = ([header, line]: string[][], name: string) => line?.[header?.indexOf(name) ?? -1];
    const [number = [], series = [], score = []] = files;
    expect([cell(number, "value"), cell(number, "truth")]).toEqual(["0.30000000000000004", "0.3"]);
    expect([cell(series, "value.1"), cell(series, "value.2"), cell(series, "truth")]).toEqual(["1.5", "2", "1 2"]);
    expect([cell(score, "score"), cell(score, "flagged"), cell(score, "truth")]).toEqual(["3.5", "true", "false"]);
  });
  it("writes text that a spreadsheet would run as text", () => {
    const text = fileOf([record("1", { a: "=1+1", b: "-1", c: -1, d: "@x", e: "ok" })], "csv");
    expect(text).toContain("'=1+1,'-1,-1,'@x,ok");
  });
  it("keeps everything as it is in NDJSON", () => {
    const records = [record("1", { a: "=1+1" }), record("2")];
    expect(
      fileOf(records, "ndjson")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(records);
  });
});

describe("readAll", () => {
  const client = (pages: number) => ({
    predictions: async ({ cursor = "0" }: { cursor?: string | undefined } = {}) => ({
      items: [record(cursor)],
      nextCursor: Number(cursor) + 1 < pages ? String(Number(cursor) + 1) : null,
    }),
  });
  it("reads every page, empty ones too, and stops at the limit", async () => {
    const counts: number[] = [];
    const all = await readAll(client(3), {}, (count) => counts.push(count));
    expect(all.records.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    expect(all.complete).toBe(true);
    expect(counts).toEqual([1, 2, 3]);
    expect(await readAll(client(9), {}, () => {}, 2)).toMatchObject({ complete: false, records: { length: 2 } });
  });
});
