// A seeded random number generator: xoshiro128** (Blackman and Vigna 2018), the same in every runtime.

export interface Rng {
  /** 32 random bits as a signed integer. */
  bits(): number;
  /** Uniform in [low, high), default [0, 1), with 53 bits. */
  uniform(low?: number, high?: number): number;
  /** Standard normal, or with the given mean and deviation (Box and Muller 1958). */
  normal(mean?: number, deviation?: number): number;
  /** Uniform whole number in [0, below). */
  integer(below: number): number;
  /** The numbers 0 … count - 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array;
  /** An independent generator for a purpose; it depends on the seed and the labels, not on draws made before. */
  fork(...labels: readonly (number | string)[]): Rng;
}

/** A generator for `seed`, any finite number. Same seed, same numbers. */
export function rng(seed: number): Rng {
  return generator(mixLabels([seed]));
}

function generator(key: readonly number[]): Rng {
  let [a, b, c, d] = spread(key);
  let spare: number | undefined;
  const bits = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result | 0;
  };
  const unit = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  const integer = (below: number): number => Math.floor(unit() * below);
  return {
    bits,
    uniform: (low = 0, high = 1) => low + (high - low) * unit(),
    normal(mean = 0, deviation = 1) {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return mean + deviation * value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - unit()));
      const angle = 2 * Math.PI * unit();
      spare = radius * Math.sin(angle);
      return mean + deviation * radius * Math.cos(angle);
    },
    integer,
    permutation(count) {
      const order = Int32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = integer(i + 1);
        const kept = order[i] as number;
        order[i] = order[j] as number;
        order[j] = kept;
      }
      return order;
    },
    fork: (...labels) => generator([...key, ...mixLabels(labels)]),
  };
}

/** Labels as 32-bit words: numbers by their float64 bits, text by FNV-1a. */
function mixLabels(labels: readonly (number | string)[]): number[] {
  return labels.flatMap((label) => {
    if (typeof label === "number") return [...new Int32Array(Float64Array.of(label).buffer)];
    let hash = 0x811c9dc5;
    for (const letter of label) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    return [hash | 0, label.length];
  });
}

/** Four state words from a key of any length, by the finaliser of MurmurHash3. */
function spread(key: readonly number[]): [number, number, number, number] {
  let state = 0x9e3779b9 | 0;
  const next = (word: number): number => {
    let h = (state + word + 0x6d2b79f5) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    state = (h ^ (h >>> 16)) | 0;
    return state;
  };
  for (const word of key) next(word);
  return [next(1), next(2), next(3), next(4) | 1];
}
