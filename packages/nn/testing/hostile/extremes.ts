// Whole numbers at which sizes, axes and counts go wrong.

export const extremes = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  65n,
  4096n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
