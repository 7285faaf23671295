// The gradient table: one rule an operator, written in graph operators.
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { imageRules } from "./images.ts";
import { loopRules } from "./loops.ts";
import { matrixRules } from "./matrices.ts";
import { normalizationRules } from "./normalization.ts";
import { pickingRules } from "./picking.ts";
import { poolingRules } from "./pooling.ts";
import { quantizedRules } from "./quantized.ts";
import { recurrentRules } from "./recurrent.ts";
import { reductionRules } from "./reductions.ts";
import type { Rule } from "./rule.ts";
import { shapingRules } from "./shaping.ts";

export const gradientRules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...shapingRules,
  ...matrixRules,
  ...reductionRules,
  ...convolutionRules,
  ...poolingRules,
  ...normalizationRules,
  ...imageRules,
  ...pickingRules,
  ...loopRules,
  ...recurrentRules,
  ...quantizedRules,
};

/** Operators through which no gradient flows: their result is discrete, or their inputs are. */
export const nonDifferentiable: ReadonlySet<string> = new Set([
  "ArgMax",
  "And",
  "Ceil",
  "Equal",
  "Floor",
  "Greater",
  "GreaterOrEqual",
  "IsInf",
  "IsNaN",
  "LabelEncoder",
  "Less",
  "LessOrEqual",
  "MatMulInteger",
  "Not",
  "Or",
  "Range",
  "Round",
  "Shape",
  "Sign",
  "StringConcat",
  "StringSplit",
  "TfIdfVectorizer",
  "TreeEnsembleRegressor",
  "Xor",
]);

/** Operators without a gradient of any use: asking for one is an error, where zeros would pass unseen. */
export const unsupportedGradients: ReadonlySet<string> = new Set(["DynamicQuantizeLinear"]);

/** Operators whose gradient always stands beside them, given by hand where they are applied. */
export const customGradientOperators: ReadonlySet<string> = new Set(["BlockedConv", "ReorderInput", "ReorderOutput"]);
