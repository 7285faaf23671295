// The order of many numbers in time proportional to their count.

/**
 * Indices by falling value, equal values by index. Doubles as their bits sort like whole numbers once the sign is turned
 * about; these are sorted 16 bits at a time, least first (LSD radix sort), and bits that all values share are passed over.
 * NaN must not be among them.
 */
export function fallingOrder(values: ArrayLike<number>): Int32Array {
  const count = values.length;
  const words = new Uint32Array(2 * count);
  const doubles = new Float64Array(words.buffer);
  // + 0 makes −0 a 0: they are equal.
  for (let i = 0; i < count; i++) doubles[i] = -values[i]! + 0;
  const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  const [highAt, lowAt] = littleEndian ? [1, 0] : [0, 1];
  for (let i = 0; i < count; i++) {
    const negative = words[2 * i + highAt]! >>> 31 === 1;
    words[2 * i + highAt]! ^= negative ? 0xffffffff : 0x80000000;
    if (negative) words[2 * i + lowAt]! ^= 0xffffffff;
  }
  let order = Int32Array.from({ length: count }, (_, i) => i);
  let next = new Int32Array(count);
  const starts = new Int32Array(65_536);
  for (const [at, shift] of [
    [lowAt, 0],
    [lowAt, 16],
    [highAt, 0],
    [highAt, 16],
  ] as const) {
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[(words[2 * i + at]! >>> shift) & 0xffff]!++;
    if (count > 0 && starts[(words[at]! >>> shift) & 0xffff] === count) continue;
    let sum = 0;
    for (let digit = 0; digit < starts.length; digit++) {
      const here = starts[digit]!;
      starts[digit] = sum;
      sum += here;
    }
    for (let i = 0; i < count; i++) {
      const index = order[i]!;
      const digit = (words[2 * index + at]! >>> shift) & 0xffff;
      next[starts[digit]!++] = index;
    }
    [order, next] = [next, order];
  }
  return order;
}
