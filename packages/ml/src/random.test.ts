// Seeded random numbers: repeatable, separate by stream, with the moments that they claim.
import { describe, expect, test } from "vitest";
import { seededRandom, shuffle } from "./random.ts";

describe("seededRandom", () => {
  test("the same seed and stream repeat; another stream or seed differs", () => {
    const draw = (seed: number, stream?: number) => Array.from({ length: 8 }, seededRandom(seed, stream).uniform);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7, 1)).not.toEqual(draw(7, 2));
    expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
  });

  test("uniform, below and normal have their moments", () => {
    const random = seededRandom(1);
    const n = 100_000;
    let sum = 0;
    let square = 0;
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      sum += z;
      square += z * z;
      counts[random.below(10)]! += 1;
    }
    expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(square / n - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    const chiSquare = counts.reduce((total, count) => total + (count - n / 10) ** 2 / (n / 10), 0);
    expect(chiSquare).toBeLessThan(28); // 0.999 quantile at 9 degrees of freedom
  });

  test("shuffle keeps the elements and moves them", () => {
    const values = shuffle(
      Int32Array.from({ length: 50 }, (_, i) => i),
      seededRandom(3),
    );
    expect([...values]).not.toEqual([...values].sort((x, y) => x - y));
    expect(new Set(values).size).toBe(50);
  });
});
