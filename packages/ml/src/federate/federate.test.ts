// Joint training's arithmetic: means, masks that cancel to the last bit, and noise that costs what it says.
/// <reference path="../jstat.d.ts" />
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { rng } from "@lepta/nn";
import fc from "fast-check";
import jstat from "jstat";
import { describe, expect, test } from "vitest";
import { averageUpdates, proximalTerm } from "./average.ts";
import { fromFixedPoint, toFixedPoint } from "./fixed-point.ts";
import { addScaled, parameterNorm } from "./parameter-set.ts";
import { type GaussianRounds, gaussianEpsilon, noiseForEpsilon } from "./privacy-accountant.ts";
import { addGaussianNoise, clipToNorm } from "./private-update.ts";
import { addModular, type Peer, pairSecret, pairwiseMask, secureSum } from "./secure-sum.ts";

describe("averageUpdates", () => {
  test("weighs by rows", () => {
    const mean = averageUpdates([
      { parameters: { w: Float32Array.of(1, 2), b: Float32Array.of(0) }, weight: 30 },
      { parameters: { b: Float32Array.of(4), w: Float32Array.of(5, -2) }, weight: 10 },
    ]);
    expect(mean).toEqual({ w: Float32Array.of(2, 1), b: Float32Array.of(1) });
  });

  test("one round on a linear model from equal parts is the central gradient step", () => {
    // Squared error of w·x; a local full-batch step each, averaged by rows, is one step on all rows together.
    const random = rng(2);
    const parts = [7, 20, 13].map((rows) =>
      Array.from({ length: rows }, () => ({ x: random.normal(), y: random.normal() })),
    );
    const step = (rows: { x: number; y: number }[]): number =>
      0.5 - (0.1 * rows.reduce((sum, { x, y }) => sum + 2 * x * (0.5 * x - y), 0)) / rows.length;
    const { w } = averageUpdates(
      parts.map((rows) => ({ parameters: { w: Float32Array.of(step(rows)) }, weight: rows.length })),
    );
    expect(w![0]).toBeCloseTo(step(parts.flat()), 6);
  });

  test("refuses updates that do not fit", () => {
    const a = { parameters: { w: Float32Array.of(1) }, weight: 1 };
    const mismatch = expect.objectContaining({ code: "updates-mismatch" });
    expect(() => averageUpdates([])).toThrow(mismatch);
    expect(() => averageUpdates([a, { ...a, weight: 0 }])).toThrow(mismatch);
    expect(() => averageUpdates([a, { parameters: { v: Float32Array.of(1) }, weight: 1 }])).toThrow(mismatch);
    expect(() => averageUpdates([a, { parameters: { w: Float32Array.of(Number.NaN) }, weight: 1 }])).toThrow("NaN");
  });
});

test("the proximal gradient is the derivative of the proximal loss", () => {
  const shared = { w: Float32Array.of(0.5, -1), b: Float32Array.of(2) };
  const local = { w: Float32Array.of(1, 1), b: Float32Array.of(-1) };
  const { gradient } = proximalTerm(local, shared, 0.3);
  const nudge = { w: Float32Array.of(0, 2 ** -8), b: Float32Array.of(0) };
  const slope =
    (proximalTerm(addScaled(local, nudge, 1), shared, 0.3).loss -
      proximalTerm(addScaled(local, nudge, -1), shared, 0.3).loss) /
    2 ** -7;
  expect(gradient.w![1]).toBeCloseTo(slope, 5);
});

describe("secure sum", () => {
  const ids = ["ada", "bob", "eve", "zoe"];
  const keys = new Map(ids.map((id) => [id, generateKeyPairSync("x25519")]));
  const peersOf = (self: string): Peer[] =>
    ids
      .filter((id) => id !== self)
      .map((id) => ({ id, secret: pairSecret(keys.get(self)!.privateKey, keys.get(id)!.publicKey) }));

  test("masks cancel to the last bit, and hide each vector", () => {
    const numbers = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 4, maxLength: 4 }), fc.nat(1000), (vectors, round) => {
        const plain = vectors.map((values) => toFixedPoint(values, { participants: 4 }));
        const masked = plain.map((values, i) => addModular(values, pairwiseMask(ids[i]!, peersOf(ids[i]!), 5, round)));
        expect(secureSum(masked)).toEqual(secureSum(plain));
        masked.forEach((values, i) => {
          expect(values).not.toEqual(plain[i]);
        });
        const sum = fromFixedPoint(secureSum(masked));
        for (const [j, value] of sum.entries())
          expect(Math.abs(value - vectors.reduce((total, v) => total + v[j]!, 0))).toBeLessThan(4 * 2 ** -24);
      }),
      { numRuns: 25 },
    );
  });

  test("a mask looks uniform and changes with the round", () => {
    const mask = pairwiseMask("ada", peersOf("ada"), 4000, 1);
    const high = mask.filter((value) => value >= 2n ** 63n).length;
    expect(Math.abs(high - 2000)).toBeLessThan(160);
    expect(pairwiseMask("ada", peersOf("ada"), 4, 2)).not.toEqual(mask.slice(0, 4));
  });

  test("a participant that dropped out is taken off", () => {
    const plain = ids.map((_, i) => toFixedPoint([i + 0.25, -i], { participants: 4 }));
    const here = ids.slice(0, 3);
    const masked = here.map((id, i) => addModular(plain[i]!, pairwiseMask(id, peersOf(id), 2, 5)));
    const against = here.map((id) =>
      pairwiseMask(
        id,
        peersOf(id).filter((peer) => peer.id === "zoe"),
        2,
        5,
      ),
    );
    expect([...fromFixedPoint(secureSum(masked, against))]).toEqual([3.75, -3]);
  });

  test("refuses values whose sum could wrap round", () => {
    expect(() => toFixedPoint([2 ** 40], { participants: 2 })).toThrow(expect.objectContaining({ code: "mask-range" }));
    expect(() => toFixedPoint([Number.NaN], { participants: 2 })).toThrow(
      expect.objectContaining({ code: "mask-range" }),
    );
  });
});

describe("privacy", () => {
  test("clipping bounds the norm and leaves small updates alone", () => {
    const large = { w: Float32Array.of(3, 0), b: Float32Array.of(4) };
    const clipped = clipToNorm(large, 1);
    expect(clipped.norm).toBe(5);
    expect(parameterNorm(clipped.parameters)).toBeCloseTo(1, 6);
    expect(clipToNorm(large, 6).parameters).toEqual(large);
  });

  test("noise has the deviation that was asked for", () => {
    const zeros = { w: new Float32Array(40_000) };
    const { w } = addGaussianNoise(zeros, { maxNorm: 0.5, noiseMultiplier: 3 });
    const deviation = Math.sqrt(w!.reduce((sum, value) => sum + value * value, 0) / w!.length);
    expect(Math.abs(deviation / 1.5 - 1)).toBeLessThan(0.02);
    const fixed = addGaussianNoise({ w: Float32Array.of(1) }, { maxNorm: 2, noiseMultiplier: 1, normal: () => 0.5 });
    expect(fixed).toEqual({ w: Float32Array.of(2) });
  });

  test("epsilon equals numeric integration (tests/reference/privacy.py)", () => {
    const path = new URL("fixtures/privacy.json", import.meta.url);
    const figures = JSON.parse(readFileSync(path, "utf8")) as (GaussianRounds & { epsilon: number })[];
    for (const { epsilon, ...rounds } of figures) expect(gaussianEpsilon(rounds) / epsilon).toBeCloseTo(1, 5);
  });

  test("without sampling it bounds the exact Gaussian mechanism, closely", () => {
    const cdf = (x: number): number => jstat.normal.cdf(x, 0, 1);
    for (const [noiseMultiplier, rounds] of [
      [2, 1],
      [1, 4],
      [10, 50],
    ] as const) {
      const delta = 1e-5;
      const epsilon = gaussianEpsilon({ noiseMultiplier, rounds, delta });
      const sigma = noiseMultiplier / Math.sqrt(rounds);
      // Balle & Wang 2018, theorem 8: the δ that ε has exactly.
      const exact = (e: number): number =>
        cdf(1 / (2 * sigma) - e * sigma) - Math.exp(e) * cdf(-1 / (2 * sigma) - e * sigma);
      expect(exact(epsilon)).toBeLessThanOrEqual(delta);
      expect(exact(0.85 * epsilon)).toBeGreaterThan(delta);
    }
  });

  test("more noise or fewer rounds cost less; the inverse agrees", () => {
    const rounds = { sampleRate: 0.02, rounds: 200, delta: 1e-6 };
    const noiseMultiplier = noiseForEpsilon({ ...rounds, epsilon: 2 });
    expect(gaussianEpsilon({ ...rounds, noiseMultiplier })).toBeLessThanOrEqual(2);
    expect(gaussianEpsilon({ ...rounds, noiseMultiplier: 0.99 * noiseMultiplier })).toBeGreaterThan(2);
    expect(gaussianEpsilon({ ...rounds, rounds: 0, noiseMultiplier })).toBe(0);
    const invalid = expect.objectContaining({ code: "privacy-parameters-invalid" });
    expect(() => gaussianEpsilon({ ...rounds, noiseMultiplier: 0 })).toThrow(invalid);
    expect(() => clipToNorm({ w: Float32Array.of(1) }, 0)).toThrow(invalid);
  });
});
