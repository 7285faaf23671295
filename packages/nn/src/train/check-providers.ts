// Before training on anything but the CPU: two steps there and on the CPU, whose losses must agree.

import { createSession } from "#session";
import { NnError } from "../errors.ts";
import type { Rng } from "../layers/rng.ts";
import { beginning } from "../optim/transform.ts";
import type { SessionOptions } from "../runtime/session.ts";
import { sizeOf } from "../shape.ts";
import { copyRange, createBuffers } from "./data/buffers.ts";
import type { NamedExamples } from "./data/examples.ts";
import type { Settings } from "./options.ts";
import type { StepPlan } from "./plan.ts";
import { createStepper } from "./stepper.ts";

/** Share of the loss by which the two may differ: well above rounding, TF32's too. */
const tolerance = 1e-3;

/**
 * Throws `provider-disagrees` unless the losses of two steps on one batch, before and after its update, are those of
 * the CPU: kernels that are wrong for some shape are known in each of the others.
 */
export async function checkProviders(
  plan: StepPlan,
  sample: NamedExamples,
  dropout: Rng,
  { batchSize, threads, providers }: Settings,
): Promise<void> {
  if (providers[0] === "cpu") return;
  const size = Math.min(batchSize, sample.count);
  const batches = createBuffers(plan.arrays).take(1, size);
  for (const { name, shape } of plan.arrays) copyRange(sample.arrays[name], 0, size, sizeOf(shape), batches[name], 0);
  const lossesOn = async (own: SessionOptions): Promise<readonly number[]> => {
    const stepper = createStepper(plan, dropout, createSession, own);
    try {
      const losses: number[] = [];
      for (const done of [0, 1])
        losses.push(...(await stepper.run({ steps: 1, batchSize: size, batches }, done, beginning)).losses);
      return losses;
    } finally {
      await stepper.close();
    }
  };
  const theirs = await lossesOn({ threads, providers });
  const cpu = await lossesOn({ threads, providers: ["cpu"] });
  const agree = cpu.every((loss, i) => {
    const apart = Math.abs(loss - (theirs[i] ?? Number.NaN));
    return apart <= tolerance * (1 + Math.abs(loss)) || !Number.isFinite(loss);
  });
  if (agree) return;
  const list = (losses: readonly number[]): string => losses.map((loss) => loss.toPrecision(6)).join(", then ");
  throw new NnError(
    "provider-disagrees",
    `On ${providers.join(", ")} two steps have the losses ${list(theirs)}; on the CPU ${list(cpu)}.`,
    'Train with providers: ["cpu"], or on another driver or version: a kernel there computes this network wrongly.',
  );
}
