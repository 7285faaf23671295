// The Huber loss.
import { knownOptions } from "../known-options.ts";
import { abs, clip, mul, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

/** Squares up to `delta` (default 1), lines beyond (Huber 1964): mean of ½ d² or delta (|d| - ½ delta). */
export function huber(options: { readonly delta?: number } = {}): Loss {
  knownOptions<{ readonly delta?: number }>("huber", options, { delta: true });
  const delta = options.delta ?? 1;
  return pointwise("huber", (prediction, target) => {
    const distance = abs(sub(prediction, target));
    const near = clip(distance, undefined, delta);
    // near (d - ½ near) is both pieces at once.
    return mul(near, sub(distance, mul(near, 0.5)));
  });
}
