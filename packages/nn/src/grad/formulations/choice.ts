// The choice between formulations by shape: a small model of time, fitted to measurements.
import { formulationCosts } from "./choice-table.ts";
import type { Choose, Cost, Family, Formulation, Workload } from "./formulation.ts";

const unknown: Cost = { operator: 2000, product: 0.05, moved: 0.5 };

/** Nanoseconds that the model expects. */
export function expectedTime(family: Family, formulation: Formulation, workload: Workload): number {
  const cost = formulationCosts[`${family.name} ${formulation.name}`] ?? unknown;
  const work = formulation.work(workload);
  return cost.operator * work.operators + cost.product * work.products + cost.moved * work.moved;
}

/** The formulation that the model expects to be fastest. */
export const chooseByModel: Choose = (family, workload, valid) => {
  const times = valid.map((own) => expectedTime(family, own, workload));
  return valid[times.indexOf(Math.min(...times))] as Formulation;
};
