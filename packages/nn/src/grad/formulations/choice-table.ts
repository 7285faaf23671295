// Costs of the formulations, fitted by bench/formulations.ts: nanoseconds an operator, a multiply-add, a moved element.
import type { Cost } from "./formulation.ts";

export const formulationCosts: Readonly<Record<string, Cost>> = {
  "average-pool conv-transpose": { operator: 7700, product: 0.02, moved: 0.0581 },
  "average-pool repeat": { operator: 2870, product: 0.02, moved: 0.412 },
  "conv-input conv-transpose": { operator: 12700, product: 0.028, moved: 0.16 },
  "conv-input flipped-conv": { operator: 3240, product: 0.0231, moved: 0.3 },
  "conv-weight crossed-shift": { operator: 1710, product: 0.0194, moved: 0.165 },
  "conv-weight im2col": { operator: 0, product: 0.0256, moved: 0.259 },
  "conv-weight row-shift": { operator: 309, product: 0.0223, moved: 0.255 },
  "conv-weight shifted-gemm": { operator: 0, product: 0.0197, moved: 0.25 },
  "conv-weight transposed-conv": { operator: 0, product: 0.0408, moved: 0.744 },
  "conv-weight two-sided-shift": { operator: 0, product: 0.0213, moved: 0.265 },
  "max-pool arg-max": { operator: 1710, product: 0.02, moved: 0.344 },
  "max-pool equal": { operator: 1360, product: 0.02, moved: 0.303 },
  "max-pool indices": { operator: 0, product: 0.02, moved: 0.853 },
  "max-pool turns": { operator: 671, product: 0.02, moved: 0.139 },
};
