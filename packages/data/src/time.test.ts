// A time's text means the same here as where tables are read, in every time zone of the machine.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableFromRows } from "./rows.ts";
import { readTable } from "./sources/read-table.ts";
import { columnOf } from "./table.ts";
import { parseTime } from "./time.ts";

const texts = [
  ["2024-03-10T02:30:00", "2024-03-10T02:30:00.000Z"],
  ["2024-03-10 02:30:00.25", "2024-03-10T02:30:00.250Z"],
  ["2024-07-01", "2024-07-01T00:00:00.000Z"],
  ["2024-07-01T10:00:00Z", "2024-07-01T10:00:00.000Z"],
  ["2024-07-01T10:00:00+02:00", "2024-07-01T08:00:00.000Z"],
  ["2024-07-01 10:00:00-05:30", "2024-07-01T15:30:00.000Z"],
  ["2024-07-01 10:00:00+02", "2024-07-01T08:00:00.000Z"],
  ["1969-12-31T23:59:59.5", "1969-12-31T23:59:59.500Z"],
  ["0099-01-01", "0099-01-01T00:00:00.000Z"],
] as const;

describe("parseTime where the machine is in New York", () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "America/New_York";
    expect(new Date(2024, 6, 1).getTimezoneOffset()).toBe(240);
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test.each(texts)("%s", (text, instant) => {
    expect(new Date(parseTime(text)).toISOString()).toBe(instant);
  });

  test.each([
    "",
    "yesterday",
    "1",
    "2024",
    "07/01/2024",
    "July 1, 2024",
    "2024-02-30",
    "2024-13-01",
    "2024-07-01T24:00:00",
    "2024-07-01T10:61:00",
    "2024-07-01T10:00:00 EST",
  ])("%j is no time", (text) => {
    expect(parseTime(text)).toBeNaN();
  });

  test("reads what a timestamp of a row is written as, far years included", () => {
    for (const time of [0, 8.64e15, -8.64e15, 1_720_000_000_123])
      expect(parseTime(new Date(time).toISOString())).toBe(time);
  });

  test("a table read from a file, a table made of rows, and a text alone agree", async () => {
    const directory = await mkdtemp(join(tmpdir(), "lepta-time-"));
    try {
      const path = join(directory, "times.csv");
      await writeFile(path, `at,n\n${texts.map(([text], i) => `${text},${i}`).join("\n")}\n`);
      const read = columnOf(await readTable(path, { types: { at: "timestamp" } }), "at").data;
      const made = tableFromRows(
        texts.map(([at]) => ({ at })),
        [{ name: "at", type: "timestamp" }],
      );
      const parsed = Float64Array.from(texts, ([text]) => parseTime(text));
      expect(read).toEqual(parsed);
      expect(columnOf(made, "at").data).toEqual(parsed);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
