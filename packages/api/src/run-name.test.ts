// Names of runs: of the id alone, and so many that two runs hardly share one.
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { runName } from "./run-name.ts";

test("an id has one name, whatever its time", () => {
  expect(runName("01a221fb-2353-7e94-999b-3122e700e39a")).toBe(runName("01ffffff-ffff-7fff-999b-3122e700e39a"));
  expect(runName("01a221fb-2353-7e94-999b-3122e700e39a")).toMatch(/^[a-z]+-[a-z]+-e39a$/);
});

test("5,000 runs have 5,000 names, of every word", () => {
  const names = Array.from({ length: 5000 }, () => runName(randomUUID()));
  expect(new Set(names).size).toBeGreaterThan(4995);
  expect(new Set(names.map((name) => name.split("-")[0])).size).toBe(64);
  expect(new Set(names.map((name) => name.split("-")[1])).size).toBe(64);
});
