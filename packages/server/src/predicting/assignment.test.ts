// Assignment: shares, stickiness, and how few subjects a change of weights moves.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashSubject } from "../accounts/organisations.ts";
import { assign } from "./assignment.ts";

const subjects = Array.from({ length: 20_000 }, (_, i) => hashSubject("5a17", `subject ${i}`));
const variants = (weights: Record<string, number>) => Object.entries(weights).map(([key, weight]) => ({ key, weight }));
const names = (weights: Record<string, number>, experiment = "e") =>
  subjects.map((subject) => assign(variants(weights), experiment, subject)?.key);
const share = (chosen: (string | undefined)[], name: string) => chosen.filter((c) => c === name).length / chosen.length;

describe("assign", () => {
  test("gives each variant its share", () => {
    const chosen = names({ a: 0.5, b: 0.3, c: 0.2 });
    for (const [name, weight] of Object.entries({ a: 0.5, b: 0.3, c: 0.2 })) {
      // Four standard deviations of a binomial share.
      expect(Math.abs(share(chosen, name) - weight)).toBeLessThan(4 * Math.sqrt((weight * (1 - weight)) / 20_000));
    }
  });

  test("is the same on every call, and independent of the variants' order", () => {
    const forward = variants({ a: 0.8, b: 0.2 });
    const backward = [...forward].reverse();
    for (const subject of subjects.slice(0, 500)) {
      expect(assign(forward, "e", subject)?.key).toBe(assign(backward, "e", subject)?.key);
    }
  });

  test("a change between two variants moves just the change in share, one way", () => {
    const before = names({ a: 0.8, b: 0.2 });
    const after = names({ a: 0.7, b: 0.3 });
    const moved = before.filter((name, i) => name !== after[i]);
    expect(moved.every((name) => name === "a")).toBe(true);
    expect(moved.length / subjects.length).toBeCloseTo(0.1, 1);
    expect(moved.length / subjects.length).toBeCloseTo(share(after, "b") - share(before, "b"), 10);
  });

  test("a variant that joins takes from all and moves nobody between the others", () => {
    const before = names({ a: 0.5, b: 0.5 });
    const after = names({ a: 0.4, b: 0.4, c: 0.2 });
    expect(before.every((name, i) => after[i] === name || after[i] === "c")).toBe(true);
  });

  test("two experiments draw independently", () => {
    const one = names({ a: 0.5, b: 0.5 }, "one");
    const two = names({ a: 0.5, b: 0.5 }, "two");
    const both = one.filter((name, i) => name === "a" && two[i] === "a").length / subjects.length;
    expect(both).toBeCloseTo(0.25, 1);
  });

  test("weight 0 gets nobody; no weight at all gives nothing", () => {
    expect(new Set(names({ a: 1, b: 0 }))).toEqual(new Set(["a"]));
    expect(assign(variants({ a: 0 }), "e", "s")).toBeUndefined();
    expect(assign([], "e", "s")).toBeUndefined();
  });

  test("scaling all weights changes nothing", () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.01, max: 100, noNaN: true }), (unit, scale) => {
        const one = assign(variants({ a: 0.6, b: 0.3, c: 0.1 }), "e", unit);
        const scaled = assign(variants({ a: 0.6 * scale, b: 0.3 * scale, c: 0.1 * scale }), "e", unit);
        expect(scaled?.key).toBe(one?.key);
      }),
    );
  });
});
