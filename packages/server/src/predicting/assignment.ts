// Which variant a subject sees: weighted rendezvous hashing, so that the answer needs no stored state and a change of
// weights moves as few subjects as possible.
import { hash } from "node:crypto";

export interface Weighted {
  /** Unique among the variants and stable over changes of weights. */
  readonly key: string;
  /** Share, relative to the sum of the weights; 0 gets nobody. */
  readonly weight: number;
}

/** Uniform in (0, 1): the first 52 bits of SHA-256 of the parts. */
function uniform(experiment: string, unit: string, key: string): number {
  const digest = hash("sha256", `${experiment}\n${unit}\n${key}`, "hex");
  return (Number.parseInt(digest.slice(0, 13), 16) + 0.5) / 2 ** 52;
}

/**
 * Every variant draws weight / -ln(u), u uniform from hash(experiment, unit, key); the largest draw wins, which
 * happens with probability weight / sum. Raising one weight only moves subjects to that variant, lowering one only moves
 * subjects away from it, and a variant that joins takes its share from all and moves nobody else. Between two variants
 * the number moved is the least possible: the change in share. (Weighted rendezvous: Schindelhauer and Schomaker 2005.)
 *
 * @param experiment keeps draws of different experiments independent of each other.
 * @param unit the subject's hash, or the prediction's id where there is no subject.
 * @returns the winner; undefined when no weight is above 0.
 */
export function assign<V extends Weighted>(variants: readonly V[], experiment: string, unit: string): V | undefined {
  const eligible = variants.filter((variant) => variant.weight > 0);
  if (eligible.length === 1) return eligible[0];
  let winner: V | undefined;
  let best = 0;
  for (const variant of eligible) {
    const draw = variant.weight / -Math.log(uniform(experiment, unit, variant.key));
    if (draw > best) {
      best = draw;
      winner = variant;
    }
  }
  return winner;
}
