// Losses against their definitions written out in plain numbers.
import { describe, expect, test } from "vitest";
import type { Loss, NnError, Tensor, TensorData } from "../index.ts";
import {
  binaryCrossEntropy,
  buildGraph,
  constant,
  createSession,
  crossEntropy,
  ctc,
  elbo,
  focal,
  gradients,
  huber,
  infoNce,
  input,
  kullbackLeibler,
  meanAbsoluteError,
  meanSquaredError,
  multiTask,
  poisson,
  quantile,
  triplet,
} from "../index.ts";

const matrix = (data: readonly number[], ...shape: number[]): TensorData => ({ data: Float32Array.from(data), shape });
const labels = (...values: number[]): TensorData => ({
  data: BigInt64Array.from(values, BigInt),
  shape: [values.length],
});

async function value(loss: Loss, prediction: TensorData, target: TensorData, weight?: TensorData): Promise<number> {
  const scalar = loss(constant(prediction), constant(target), weight && constant(weight));
  expect(scalar.shape).toEqual([]);
  const session = await createSession(buildGraph({ loss: scalar }));
  const { loss: result } = await session.run({});
  await session.close();
  return Number(result?.data[0]);
}

const logits = [1, 2, 0.5, -1, 0, 3];
const logProbability = (row: number, of: number): number => {
  const own = logits.slice(row * 3, row * 3 + 3);
  return (own[of] ?? 0) - Math.log(own.reduce((sum, x) => sum + Math.exp(x), 0));
};

describe("cross-entropy", () => {
  const x = matrix(logits, 2, 3);
  const y = labels(1, 0);
  const losses = [-logProbability(0, 1), -logProbability(1, 0)] as const;

  test("is the mean of -log p", async () => {
    expect(await value(crossEntropy(), x, y)).toBeCloseTo((losses[0] + losses[1]) / 2, 5);
  });

  test("weighs examples and classes", async () => {
    expect(await value(crossEntropy(), x, y, matrix([3, 1], 2))).toBeCloseTo((3 * losses[0] + losses[1]) / 4, 5);
    const weighted = crossEntropy({ classWeights: [5, 2, 1] });
    expect(await value(weighted, x, y)).toBeCloseTo((2 * losses[0] + 5 * losses[1]) / 7, 5);
    expect(await value(weighted, x, y, matrix([3, 1], 2))).toBeCloseTo((6 * losses[0] + 5 * losses[1]) / 11, 5);
  });

  test("smooths labels", async () => {
    const uniform = [0, 1].map((row) => -[0, 1, 2].reduce((sum, of) => sum + logProbability(row, of), 0) / 3);
    const expected = losses.reduce((sum, loss, i) => sum + 0.9 * loss + 0.1 * (uniform[i] ?? 0), 0) / 2;
    expect(await value(crossEntropy({ labelSmoothing: 0.1 }), x, y)).toBeCloseTo(expected, 5);
  });

  test("takes one target for an ensemble", async () => {
    const doubled = matrix(
      [...logits.slice(0, 3), ...logits.slice(0, 3), ...logits.slice(3), ...logits.slice(3)],
      2,
      2,
      3,
    );
    const shared = crossEntropy({ shared: true });
    expect(await value(shared, doubled, y)).toBeCloseTo((losses[0] + losses[1]) / 2, 5);
    expect(await value(shared, doubled, y, matrix([3, 1], 2))).toBeCloseTo((3 * losses[0] + losses[1]) / 4, 5);
  });

  test("stays finite on large logits", async () => {
    expect(await value(crossEntropy(), matrix([1000, -1000], 1, 2), labels(0))).toBeCloseTo(0, 5);
    expect(await value(crossEntropy(), matrix([1000, -1000], 1, 2), labels(1))).toBeCloseTo(2000, 1);
  });
});

describe("binary cross-entropy", () => {
  const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
  const x = [0.3, -2] as const;
  const losses = [-Math.log(sigma(x[0])), -Math.log(1 - sigma(x[1]))] as const;

  test("is the mean over examples, with weights", async () => {
    expect(await value(binaryCrossEntropy(), matrix(x, 2), labels(1, 0))).toBeCloseTo((losses[0] + losses[1]) / 2, 5);
    const weight = matrix([1, 3], 2);
    expect(await value(binaryCrossEntropy(), matrix(x, 2, 1), labels(1, 0), weight)).toBeCloseTo(
      (losses[0] + 3 * losses[1]) / 4,
      5,
    );
    const positive = binaryCrossEntropy({ positiveWeight: 4 });
    expect(await value(positive, matrix(x, 2), labels(1, 0))).toBeCloseTo((4 * losses[0] + losses[1]) / 2, 5);
  });

  test("stays finite on large logits", async () => {
    expect(await value(binaryCrossEntropy(), matrix([800, -800], 2), labels(1, 0))).toBeCloseTo(0, 5);
    expect(await value(binaryCrossEntropy(), matrix([800, -800], 2), labels(0, 1))).toBeCloseTo(800, 2);
  });
});

test("mean squared error", async () => {
  expect(await value(meanSquaredError(), matrix([1, 3], 2, 1), matrix([0, 1], 2))).toBeCloseTo(2.5, 5);
});

describe("what the network gives does not suit the loss", () => {
  const one = input("x", "float32", [4, 3]);
  const classes = input("y", "int64", [4]);
  type AnyLoss = (prediction: never, target: never) => unknown;
  const refusal = (loss: AnyLoss, prediction: unknown, target: unknown): string => {
    try {
      loss(prediction as never, target as never);
      return "no error";
    } catch (error) {
      return `${(error as NnError).code}: ${(error as NnError).message}`;
    }
  };
  test.each<[string, AnyLoss]>([
    ["infoNce", infoNce()],
    ["triplet", triplet()],
    ["elbo", elbo()],
    ["multiTask", multiTask({ kind: crossEntropy() })],
  ])("%s needs outputs by name", (name, loss) => {
    const message = `training-data-invalid: ${name}: the network gives`;
    expect(refusal(loss, one, one)).toContain(`${message} one output without a name`);
    expect(refusal(loss, { other: one }, one)).toContain(`${message} several by name: other`);
  });
  test.each<[string, AnyLoss]>([
    ["crossEntropy", crossEntropy()],
    ["meanSquaredError", meanSquaredError()],
    ["binaryCrossEntropy", binaryCrossEntropy()],
    ["quantile", quantile([0.1, 0.5, 0.9])],
    ["kullbackLeibler", kullbackLeibler()],
    ["ctc", ctc()],
  ])("%s needs one output", (name, loss) => {
    expect(refusal(loss, { a: one, b: one }, one)).toContain(
      `training-data-invalid: ${name}: it takes one tensor as prediction and was given several by name: a, b`,
    );
  });
  test("multiTask takes no target without a task", () => {
    const loss = multiTask({ kind: crossEntropy() });
    const outputs = { kind: one, size: one };
    expect(refusal(loss, outputs, { kind: classes, size: one })).toContain('the target "size" has no task');
    expect(refusal(loss, outputs, { kind: classes })).toBe("no error");
  });
});

describe("slopes at sure predictions", () => {
  /** The slope of the loss with respect to each logit. */
  const slopes = async (loss: Loss, prediction: TensorData, target: TensorData): Promise<number[]> => {
    const x = input("x", "float32", prediction.shape);
    const [slope] = gradients(loss(x, constant(target)), [x]);
    const session = await createSession(buildGraph({ slope: slope as Tensor }, { inputs: [x] }));
    const results = await session.run({ x: prediction });
    await session.close();
    return Array.from(results.slope?.data as Float32Array);
  };
  const sure = [-1000, -100, -30, -2, 0, 2, 30, 100, 1000];
  const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));

  test.each([0, 0.3, 0.5, 1, 1.5, 2, 5])("focal with gamma %d", async (gamma) => {
    for (const label of [0, 1]) {
      const target = matrix(
        sure.map(() => label),
        sure.length,
      );
      const found = await slopes(focal({ gamma, alpha: undefined }), matrix(sure, sure.length), target);
      const at = (z: number): number => {
        const u = label === 1 ? z : -z;
        return softplus(-u) * Math.exp(-gamma * softplus(u));
      };
      const right = sure.map((z) => (at(z + 1e-5) - at(z - 1e-5)) / 2e-5 / sure.length);
      found.forEach((own, i) => {
        expect(Math.abs(own - (right[i] as number)), `at ${sure[i]}`).toBeLessThan(2e-6);
      });
    }
  });

  test("of the others are finite", async () => {
    const shape = [sure.length, 1];
    const zeros = matrix(
      sure.map(() => 0),
      ...shape,
    );
    const ones = matrix(
      sure.map(() => 1),
      ...shape,
    );
    const pairs = sure.flatMap((z) => [z, -z]);
    const whole = [
      ...[zeros, ones].flatMap((target) =>
        [
          binaryCrossEntropy(),
          binaryCrossEntropy({ positiveWeight: 3 }),
          meanAbsoluteError(),
          huber(),
          quantile(0.3),
        ].map((loss) => slopes(loss, matrix(sure, ...shape), target)),
      ),
      slopes(crossEntropy(), matrix(pairs, sure.length, 2), labels(...sure.map((_, i) => i % 2))),
      slopes(
        kullbackLeibler(),
        matrix(pairs, sure.length, 2),
        matrix(
          sure.flatMap((_, i) => [i % 2, 1 - (i % 2)]),
          sure.length,
          2,
        ),
      ),
    ];
    for (const found of await Promise.all(whole)) expect(found.filter((own) => !Number.isFinite(own))).toEqual([]);
  });

  test("and at embeddings of zeros", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => input(name, "float32", [2, 3])) as [Tensor, Tensor, Tensor];
    const target = constant(0);
    const losses = [
      infoNce()({ anchor: a, positive: b }, target),
      triplet()({ anchor: a, positive: b, negative: c }, target),
    ];
    const found = losses.flatMap((loss) => gradients(loss, [a, b, c]));
    const outputs = Object.fromEntries(found.map((slope, i) => [`slope${i}`, slope] as const));
    const session = await createSession(buildGraph(outputs, { inputs: [a, b, c] }));
    const rows = matrix([0, 0, 0, 1, -2, 3], 2, 3);
    const results = await session.run({ a: rows, b: rows, c: rows });
    await session.close();
    for (const { data } of Object.values(results))
      expect(Array.from(data as Float32Array).filter(Number.isNaN)).toEqual([]);
  });
});

describe("targets of another shape than the prediction's are refused", () => {
  const pointwise = {
    meanSquaredError: meanSquaredError(),
    meanAbsoluteError: meanAbsoluteError(),
    binaryCrossEntropy: binaryCrossEntropy(),
    huber: huber(),
    focal: focal(),
    poisson: poisson(),
    quantile: quantile(0.5),
    kullbackLeibler: kullbackLeibler(),
  };
  const build = (loss: Loss, prediction: number[], target: number[], dtype: "float32" | "int64" = "float32") =>
    loss(input("x", "float32", prediction), input("y", dtype, target));
  const refused = (loss: Loss, prediction: number[], target: number[], dtype?: "int64"): void => {
    const shapes = `the prediction has shape [${prediction.join(", ")}], the target [${target.join(", ")}]`;
    const error = expect.objectContaining({ code: "shape-mismatch", message: expect.stringContaining(shapes) });
    expect(() => build(loss, prediction, target, dtype)).toThrow(error);
  };

  test.each(Object.entries(pointwise))("%s", (_, loss) => {
    for (const target of [[4], [4, 1], [1, 3], [3], [5, 3]]) refused(loss, [4, 3], target);
    refused(loss, [4, 1], [4, 3]);
    expect(build(loss, [4, 3], [4, 3]).shape).toEqual([]);
  });
  test("crossEntropy", () => {
    refused(crossEntropy(), [4, 6, 3], [4], "int64");
    refused(crossEntropy(), [4, 3], [4, 3], "int64");
    refused(crossEntropy(), [4, 6, 3], [4, 5], "int64");
    expect(build(crossEntropy(), [4, 6, 3], [4, 6], "int64").shape).toEqual([]);
    expect(build(crossEntropy({ shared: true }), [4, 6, 3], [4], "int64").shape).toEqual([]);
  });
  test("several quantiles", () => {
    refused(quantile([0.1, 0.9]), [4, 2], [4, 2]);
    expect(() => build(quantile([0.1, 0.9]), [4, 3], [4])).toThrow(/for 2 quantiles/);
    expect(build(quantile([0.1, 0.9]), [4, 2], [4, 1]).shape).toEqual([]);
  });
  test("but one axis of size 1 more or less at the end is not", async () => {
    expect(await value(meanSquaredError(), matrix([1, 3], 2), matrix([0, 1], 2, 1))).toBeCloseTo(2.5, 5);
    expect(
      await value(crossEntropy(), matrix(logits, 2, 3), { data: BigInt64Array.from([1n, 0n]), shape: [2, 1] }),
    ).toBeCloseTo(await value(crossEntropy(), matrix(logits, 2, 3), labels(1, 0)), 5);
  });
});
