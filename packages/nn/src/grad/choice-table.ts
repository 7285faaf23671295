// Costs of the formulations, fitted by bench/formulations.ts: nanoseconds an operator, a multiply-add, a moved element.
import type { Cost } from "./choice.ts";

export const formulationCosts: Readonly<Record<string, Cost>> = {};
