// The gradient conformance table: a new operator joins with a line in its family's file.
import type { GradientCase } from "../finite-differences.ts";
import { convolutionCases } from "./convolution.ts";
import { elementwiseCases } from "./elementwise.ts";
import { imageCases } from "./images.ts";
import { loopCases } from "./loops.ts";
import { matrixCases } from "./matrices.ts";
import { normalizationCases } from "./normalization.ts";
import { pickingCases } from "./picking.ts";
import { poolingCases } from "./pooling.ts";
import { quantizedCases } from "./quantized.ts";
import { recurrentCases } from "./recurrent.ts";
import { reductionCases } from "./reductions.ts";
import { shapingCases } from "./shaping.ts";

export const gradientCases: readonly GradientCase[] = [
  ...elementwiseCases,
  ...shapingCases,
  ...pickingCases,
  ...matrixCases,
  ...reductionCases,
  ...normalizationCases,
  ...convolutionCases,
  ...poolingCases,
  ...imageCases,
  ...loopCases,
  ...recurrentCases,
  ...quantizedCases,
];
