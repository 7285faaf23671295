// A model whose data lies outside of its file, for tests that it is refused.

/** The model with its only constant of one double, 1, in the file "package.json": 8 bytes in place of 8. */
export function withExternalData(model: Uint8Array): Uint8Array {
  const one = Buffer.from(Float64Array.of(1).buffer);
  const at = Buffer.from(model).indexOf(one);
  // In place of rawData (9), length and 8 bytes: dataLocation (14) = EXTERNAL, and what is left as unknown fields.
  const changed = Uint8Array.from(model);
  changed.set([0x70, 0x01, 0xc0, 0x3e, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00], at - 2);
  return changed;
}
