// Plain numbers straight from the bytes of a text: most cells of most tables, none of which becomes a string.

/** 10^0 to 10^12: doubles hold them, so that one division rounds as reading the text does. */
const powers = Array.from({ length: 13 }, (_, i) => 10 ** i);

/**
 * The number that `length` ASCII bytes from `at` on are: a sign, digits, a point. NaN for every other text, an exponent
 * or blanks included, which may be a number nevertheless. At most 12 bytes: their digits are a whole number that a
 * double holds, and a quotient of two such is correctly rounded (Clinger 1990, "How to read floating point numbers
 * accurately").
 */
export function plainBytes(bytes: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let i = at;
  const first = bytes[i]!;
  const signed = first === 45 || first === 43;
  if (signed) i++;
  let digits = 0;
  let point = -1;
  const from = i;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 48 && byte <= 57) digits = digits * 10 + (byte - 48);
    else if (byte === 46 && point < 0) point = i;
    else return Number.NaN;
  }
  if (end - from - (point < 0 ? 0 : 1) < 1) return Number.NaN;
  const value = point < 0 ? digits : digits / powers[end - point - 1]!;
  return first === 45 ? -value : value;
}
