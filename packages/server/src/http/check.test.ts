// Bounded checking: lengths before contents, an end after a thousand problems, places and defaults as zod has them.
import { ApiError, maxListed, routes } from "@lepta/api";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { check } from "./check.ts";

function refusal(schema: z.ZodType, value: unknown): ApiError {
  try {
    check(schema, value, "");
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error("nothing was refused");
}

/** A schema that refuses everything and counts how often it looks. */
function counting(): { schema: z.ZodType; looks: () => number } {
  let looks = 0;
  const schema = z.string().refine(() => {
    looks += 1;
    return false;
  });
  return { schema, looks: () => looks };
}

describe("work", () => {
  test("a list longer than its bound is not looked into", () => {
    const { schema, looks } = counting();
    const error = refusal(z.object({ list: z.array(schema).max(4) }), { list: Array(1_000_000).fill("p") });
    expect(looks()).toBe(0);
    expect(error.errors).toEqual([{ path: "/list", message: "has 1000000 items, at most 4" }]);
  });

  test("checking stops after a thousand problems, some of which are listed and the rest counted", () => {
    const { schema, looks } = counting();
    const error = refusal(z.array(z.object({ a: schema })), Array(100_000).fill({ a: "p" }));
    expect(looks()).toBe(1000);
    expect(error.errors).toHaveLength(maxListed);
    expect(error.omitted).toBe(1000 - maxListed);
  });

  test("unknown names are counted, the first are named", () => {
    const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 1]));
    const error = refusal(z.strictObject({}), value);
    expect(error.errors).toHaveLength(maxListed);
    expect(error.errors.length + error.omitted).toBe(20_000);
  });

  test("a map's names are counted before its values are looked at", () => {
    const { schema, looks } = counting();
    const value = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, "v"]));
    refusal(z.record(z.string(), schema), value);
    refusal(z.object({}).catchall(schema), value);
    expect(looks()).toBe(0);
  });

  test("what is quoted is cut short", () => {
    const long = "x".repeat(1_000_000);
    const error = refusal(z.strictObject({ a: z.enum(["b"]) }), { a: long, [long]: 1 });
    expect(JSON.stringify([error.message, error.errors]).length).toBeLessThan(5000);
  });
});

describe("the same as the schema itself", () => {
  const event = { specversion: "1.0", id: "1", source: "/a", type: "dev.lepta.prediction" };
  const data = { product: "credit", version: 1 };
  test.each<[string, z.ZodType, unknown]>([
    ["a list of a union", routes.sendUsage.body, [{ ...event, data }]],
    [
      "one of a union, a default inside",
      routes.sendUsage.body,
      { ...event, data, traceparent: "00", time: "2026-01-02T03:04:05.678+02:00" },
    ],
    ["nullable and optional", routes.sendUsage.body, { ...event, data, subject: null, time: null }],
    ["a union by its names", routes.feedback.body, { feedback: [{ prediction: crypto.randomUUID(), label: "good" }] }],
    ["the other one", routes.feedback.body, { prediction: crypto.randomUUID(), label: 3 }],
    ["names that are not known and may be", z.object({ a: z.string() }), { a: "b", c: 1 }],
    ["queries", routes.predictions.query, { limit: "7", version: "2" }],
    ["defaults", routes.predictions.query, {}],
    ["no body where none is needed", routes.repositoryIndex.body, undefined],
  ])("%s", (_, schema, value) => {
    expect(check(schema, value, "")).toEqual(schema.parse(value));
  });

  test.each<[string, z.ZodType, unknown, string]>([
    [
      "a wrong event in a list",
      routes.sendUsage.body,
      [
        { ...event, data },
        { ...event, data, time: "today" },
      ],
      "/1/time",
    ],
    ["a time without an offset", routes.sendUsage.body, { ...event, data, time: "2026-01-02T03:04:05" }, "/time"],
    ["31 November", routes.sendUsage.body, { ...event, data, time: "2026-11-31T00:00:00Z" }, "/time"],
    ["the year 0", routes.sendUsage.body, { ...event, data, time: "0000-01-01T00:00:00Z" }, "/time"],
    ["a name with capitals", routes.sendUsage.body, { ...event, data, Time: "2026-11-30T00:00:00Z" }, ""],
    ["an attribute that is a list", routes.sendUsage.body, { ...event, data, tags: [] }, ""],
    ["a field that is left out", routes.createKey.body, { name: "x" }, "/scopes"],
    ["no map at all", routes.createKey.body, 7, ""],
    ["neither of a union", routes.feedback.body, "x", ""],
    ["a label of another type", routes.feedback.body, { prediction: crypto.randomUUID(), label: {} }, "/label"],
    ["hexadecimal", routes.predictions.query, { limit: "0x10" }, "/limit"],
    ["a blank", routes.predictions.query, { limit: "" }, "/limit"],
    ["a cursor of another list", routes.predictions.query, { cursor: "credit" }, "/cursor"],
  ])("refused: %s", (_, schema, value, place) => {
    expect(refusal(schema, value).errors.map(({ path }) => path)).toContain(place);
  });
});
