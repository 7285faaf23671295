// Seeded random numbers for resampling, search and explanation: the same seed and stream give the same numbers everywhere.

/** A stream of pseudo-random numbers. Not for secrets: masks and privacy noise draw from the operating system. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, n), 0 < n < 2^32. */
  below(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
}

/**
 * sfc32 (Doty-Humphrey, PractRand), seeded through splitmix32.
 * `stream` separates independent uses of one seed, for example one stream a search trial.
 */
export function seededRandom(seed: number, stream = 0): Random {
  let mixer = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) | 0;
  const split = (): number => {
    mixer = (mixer + 0x9e3779b9) | 0;
    let z = mixer;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = split();
  let b = split() ^ Math.floor(seed / 2 ** 32);
  let c = split() ^ stream;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();

  let spare: number | undefined;
  const uniform = (): number => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
  return {
    uniform,
    // The product's high word: bias below n / 2^32, far under any resampling error.
    below: (n) => Math.floor((next() / 2 ** 32) * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** Shuffles `values` in place (Fisher–Yates) and returns them. */
export function shuffle<T extends Int32Array | unknown[]>(values: T, random: Random): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = values[i] as T[number];
    values[i] = values[j] as T[number];
    values[j] = held;
  }
  return values;
}
