// Which formulations were chosen while a training's graphs were built: a resumed training chooses the same.
import type { Choose } from "./formulation.ts";
import { workloadKey } from "./formulation.ts";

/** Names of formulations by their workloads' keys. */
export type Choices = Readonly<Record<string, string>>;

export interface KeptChoices {
  /** As in the training before; what was not chosen there is chosen anew. */
  readonly choose: Choose;
  /** All that were made so far, those of the training before included. */
  readonly made: () => Choices;
}

/** Keeps what `choose` picks, which may differ between machines, or be timed otherwise another time. */
export function keepChoices(choose: Choose, before: Choices = {}): KeptChoices {
  const made = new Map(Object.entries(before));
  return {
    choose(family, workload, valid) {
      const key = workloadKey(family, workload);
      const picked = valid.find(({ name }) => name === made.get(key)) ?? choose(family, workload, valid);
      made.set(key, picked.name);
      return picked;
    },
    made: () => Object.fromEntries(made),
  };
}
