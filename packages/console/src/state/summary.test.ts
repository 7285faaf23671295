// Summaries become figures and tables, and flat lists that two runs share.
import { describe, expect, it } from "vitest";
import { arrangeSummary, flatFigures } from "./summary.ts";

const metrics = [
  { AUC: 0.71, model: "linear", cost: 0.6 },
  { AUC: 0.73, model: "network" },
];

describe("arrangeSummary", () => {
  it("makes a table of records, and of a record", () => {
    const { figures, tables } = arrangeSummary({ rows: 200, metrics, parts: { train: 600, test: 200 }, notes: ["a"] });
    expect(figures).toEqual([
      ["rows", 200],
      ["notes", ["a"]],
    ]);
    expect(tables).toEqual([
      {
        name: "metrics",
        columns: ["model", "AUC", "cost"],
        rows: [
          ["linear", 0.71, 0.6],
          ["network", 0.73, null],
        ],
      },
      {
        name: "parts",
        columns: ["", "value"],
        rows: [
          ["train", 600],
          ["test", 200],
        ],
      },
    ]);
  });
  it("keeps empty lists and records as figures", () => {
    expect(arrangeSummary({ none: [], nothing: {} }).tables).toEqual([]);
  });
});

describe("flatFigures", () => {
  it("names a row by its text, whatever its place", () => {
    const one = flatFigures({ metrics });
    expect(one.get("metrics › network › AUC")).toBe(0.73);
    expect([...flatFigures({ metrics: [...metrics].reverse() }).keys()].sort()).toEqual([...one.keys()].sort());
  });
});
