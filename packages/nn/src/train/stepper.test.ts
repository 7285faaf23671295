// Runs of many sizes: few sessions stay open, and the state goes from one to the next.
import { expect, test } from "vitest";
import { createSession } from "#session";
import { crossEntropy, linear, listParameters, rng, sequential, sgd } from "../index.ts";
import { beginning } from "../optim/transform.ts";
import type { OpenSession } from "../runtime/session.ts";
import { createBuffers } from "./data/buffers.ts";
import type { StepPlan } from "./plan.ts";
import { createStepper } from "./stepper.ts";
import { layoutOf } from "./vector.ts";

test("epochs that all end otherwise leave no sessions behind", async () => {
  const net = sequential(linear(2));
  const parameters = net.init(["N", 3], rng(1));
  const optimizer = sgd({ lr: 0.1 });
  const arrays = [
    { name: "input", dtype: "float32", shape: [3] },
    { name: "target", dtype: "int64", shape: [] },
  ] as const;
  const plan = {
    net,
    parameters,
    layout: layoutOf(listParameters(parameters), optimizer.joinable),
    loss: crossEntropy(),
    optimizer,
    arrays,
  } as unknown as StepPlan;
  let open = 0;
  let most = 0;
  const counted: OpenSession = async (graph, options) => {
    const session = await createSession(graph, options);
    most = Math.max(most, ++open);
    return {
      ...session,
      async close() {
        open--;
        await session.close();
      },
    };
  };
  const stepper = createStepper(plan, rng(2), counted, {});
  const buffers = createBuffers(arrays);
  const random = rng(3);
  const losses: number[] = [];
  let done = 0;
  for (let round = 0; round < 3; round++) {
    for (let steps = 1; steps <= 12; steps++) {
      const batches = buffers.take(steps, 8);
      const [features, labels] = [batches.input?.data as Float32Array, batches.target?.data as BigInt64Array];
      for (let i = 0; i < features.length; i++) features[i] = random.normal();
      for (let i = 0; i < labels.length; i++) labels[i] = (features[3 * i] as number) > 0 ? 1n : 0n;
      const result = await stepper.run({ steps, batchSize: 8, batches }, done, beginning);
      losses.push(...result.losses);
      buffers.give(result.batches);
      done += steps;
    }
  }
  const mean = (list: readonly number[]): number => list.reduce((sum, loss) => sum + loss, 0) / list.length;
  expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)));
  expect(most).toBeLessThanOrEqual(7);
  await stepper.close();
  expect(open).toBe(0);
});
