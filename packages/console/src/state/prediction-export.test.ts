// Files of predictions: every page, cells that are one cell, and no formulas.
import type { PredictionRecord } from "@lepta/api";
import { describe, expect, it } from "vitest";
import { fileOf, readAll } from "./prediction-export.ts";

const record = (id: string, row: PredictionRecord["row"] = {}): PredictionRecord => ({
  id,
  product: "credit",
  model: { id: "m", name: "network", version: 2 },
  variant: "champion",
  label: "good",
  probability: 0.2,
  probabilities: { good: 0.8, bad: 0.2 },
  value: null,
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
    expect(header).toMatch(/^id,at,product,.*,probability\.good,probability\.bad,row\.age,row\.job,row\.new$/);
    expect(first).toMatch(/,0\.8,0\.2,30,"a ""b"", c",$/);
    expect(second).toMatch(/,0\.8,0\.2,,,true$/);
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
