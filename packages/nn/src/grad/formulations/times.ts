// The choice between formulations by times that were taken of them.
import { chooseByModel } from "./choice.ts";
import type { Choose, Family, Formulation, Situation } from "./formulation.ts";
import { situationKey } from "./formulation.ts";

/** A gradient that could be written in several ways. */
export interface Alternatives {
  readonly family: Family;
  readonly situation: Situation;
  readonly valid: readonly Formulation[];
}

/** Nanoseconds of each formulation, by its name. */
export type Times = Readonly<Record<string, number>>;

/** Chooses as the model does and notes down what there was to choose from, each once. */
export function recordAlternatives(): { readonly choose: Choose; readonly found: ReadonlyMap<string, Alternatives> } {
  const found = new Map<string, Alternatives>();
  return {
    found,
    choose(family, situation, valid) {
      found.set(situationKey(family, situation), { family, situation, valid });
      return chooseByModel(family, situation, valid);
    },
  };
}

/** The fastest formulation by `times` (by situation key); the model's where a situation was not timed. */
export function chooseByTimes(times: ReadonlyMap<string, Times>): Choose {
  return (family, situation, valid) => {
    const own = times.get(situationKey(family, situation));
    const timed = valid.filter(({ name }) => own?.[name] !== undefined);
    if (own === undefined || timed.length === 0) return chooseByModel(family, situation, valid);
    const fastest = Math.min(...timed.map(({ name }) => own[name] as number));
    return timed.find(({ name }) => own[name] === fastest) as Formulation;
  };
}
