// The choice between formulations by times that were taken of them.
import { chooseByModel } from "./choice.ts";
import type { Choose, Family, Formulation, Workload } from "./formulation.ts";
import { workloadKey } from "./formulation.ts";

/** A gradient that could be written in several ways. */
export interface Alternatives {
  readonly family: Family;
  readonly workload: Workload;
  readonly valid: readonly Formulation[];
}

/** Nanoseconds of each formulation, by its name. */
export type Times = Readonly<Record<string, number>>;

/** Chooses as the model does and notes down what there was to choose from, each once. */
export function recordAlternatives(): { readonly choose: Choose; readonly found: ReadonlyMap<string, Alternatives> } {
  const found = new Map<string, Alternatives>();
  return {
    found,
    choose(family, workload, valid) {
      found.set(workloadKey(family, workload), { family, workload, valid });
      return chooseByModel(family, workload, valid);
    },
  };
}

/** The fastest formulation by `times` (by workload key); the model's where a workload was not timed. */
export function chooseByTimes(times: ReadonlyMap<string, Times>): Choose {
  return (family, workload, valid) => {
    const own = times.get(workloadKey(family, workload));
    const timed = valid.filter(({ name }) => own?.[name] !== undefined);
    if (own === undefined || timed.length === 0) return chooseByModel(family, workload, valid);
    const fastest = Math.min(...timed.map(({ name }) => own[name] as number));
    return timed.find(({ name }) => own[name] === fastest) as Formulation;
  };
}
