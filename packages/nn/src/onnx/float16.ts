// Numbers of 16 bits (IEEE 754 binary16: a sign, five bits of exponent, ten of fraction), which JavaScript lacks an array for.

/** The number that 16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The nearest float16 of each number, the even one of two, as bits. From 65,520 on that is infinity. */
export function halvesOf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, nearestHalf);
}

function nearestHalf(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const fraction = single & 0x7fffff;
  // The bias of the exponent is 127 in 32 bits, 15 in 16.
  const exponent = ((single >>> 23) & 0xff) - 112;
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent <= -11) return sign;
  // Below the smallest exponent the leading one is written out, and more bits fall away.
  const [whole, dropped] = exponent > 0 ? [(exponent << 23) | fraction, 13] : [0x800000 | fraction, 14 - exponent];
  const kept = whole >>> dropped;
  const rest = whole & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  // Rounding up may carry into the exponent, which is what it should do.
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}
