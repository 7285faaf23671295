// Learning rates as functions of the step, which counts from 0.

export interface WarmupCosineOptions {
  /** The highest rate, reached after the warm-up. */
  readonly peak: number;
  /** All steps of the training. */
  readonly steps: number;
  /** Steps of linear rise from 0 (default 0). */
  readonly warmup?: number;
  /** The rate at the end (default 0). */
  readonly end?: number;
}

/** A linear rise, then half a cosine down to `end` (Loshchilov and Hutter 2017). */
export function warmupCosine(options: WarmupCosineOptions): (step: number) => number {
  const { peak, steps, warmup = 0, end = 0 } = options;
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return end + (peak - end) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}
