// The ready networks for rows and texts: they learn, they do not see padding, and they deploy.
import { describe, expect, test } from "vitest";
import type { Examples, Layer, LayerInput, Parameters, TensorData } from "../index.ts";
import {
  adam,
  buildGraph,
  constantParameters,
  createSession,
  crossEntropy,
  evaluationContext,
  fit,
  gelu,
  input,
  lstmClassifier,
  mlp,
  positionalEncoding,
  rng,
  textTransformer,
} from "../index.ts";

const [count, time] = [96, 6];

/** Texts of 3 to 6 tokens: the class is whether token 1 stands before token 2. Padding holds random tokens. */
function texts(seed: number, withMask: boolean): Examples {
  const random = rng(seed);
  const tokens = new BigInt64Array(count * time);
  const mask = new Float32Array(count * time);
  const target = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    const length = withMask ? 3 + Math.floor(random.uniform(0, 4)) : time;
    for (let t = 0; t < time; t++) {
      tokens[i * time + t] = BigInt(3 + Math.floor(random.uniform(0, 5)));
      mask[i * time + t] = t < length ? 1 : 0;
    }
    const first = Math.floor(random.uniform(0, length - 1));
    const label = i % 2;
    tokens[i * time + first] = label === 1 ? 1n : 2n;
    tokens[i * time + first + 1] = label === 1 ? 2n : 1n;
    target[i] = BigInt(label);
  }
  const x = { data: tokens, shape: [count, time] };
  return {
    inputs: withMask ? { x, mask: { data: mask, shape: [count, time] } } : x,
    target: { data: target, shape: [count] },
  };
}

const small = { vocabulary: 8, width: 16 } as const;
const networks: Record<string, Layer<LayerInput>> = {
  "lstm classifier": lstmClassifier({ ...small, classes: 2, hidden: 16, layers: 2, bidirectional: true, dropout: 0.1 }),
  "text transformer": textTransformer({ ...small, classes: 2, heads: 2, layers: 1, dropout: 0.1 }),
  "rotary transformer": textTransformer({ ...small, classes: 2, heads: 2, layers: 1, rotary: true }),
};

describe.each(Object.keys(networks))("%s", (name) => {
  const net = networks[name] as Layer<LayerInput>;

  test.each([false, true])("learns the order of two tokens (with a mask: %s)", async (withMask) => {
    const data = texts(1, withMask);
    const options = { data, loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 32, epochs: 80, seed: 4 };
    const model = await fit(net, options).result;
    const result = (await model.predict(data.inputs)) as TensorData;
    const labels = (data.target as TensorData).data as BigInt64Array;
    const right = labels.filter(
      (label, i) => (Number(result.data[2 * i + 1]) > Number(result.data[2 * i]) ? 1n : 0n) === label,
    );
    expect(right.length).toBeGreaterThan(0.9 * count);
    if (withMask) {
      // What stands behind the end of a text changes nothing.
      const { x, mask } = data.inputs as Record<"x" | "mask", TensorData>;
      const changed = (x.data as BigInt64Array).map((token, i) => (mask.data[i] === 1 ? token : 7n - (token % 5n)));
      const again = (await model.predict({ x: { ...x, data: changed }, mask })) as TensorData;
      result.data.forEach((value: unknown, i: number) => {
        expect(Number(again.data[i])).toBeCloseTo(Number(value), 5);
      });
    }
    await model.close();
  });
});

test("a language model does not see the tokens to come", async () => {
  const net = textTransformer({ ...small, heads: 2, layers: 2 });
  const tokens = { data: BigInt64Array.from({ length: 32 * time }, (_, i) => BigInt((i * 3) % 8)), shape: [32, time] };
  const target = { data: tokens.data.map((token) => (token + 3n) % 8n), shape: [32, time] };
  const options = { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 16, epochs: 15 };
  const model = await fit(net, { ...options, data: { inputs: tokens, target } }).result;
  expect(model.history.at(-1)?.loss).toBeLessThan(0.2);
  const before = await model.predict({ data: BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n), shape: [1, time] });
  const after = await model.predict({ data: BigInt64Array.of(1n, 2n, 3n, 0n, 0n, 0n), shape: [1, time] });
  expect(before.shape).toEqual([1, time, 8]);
  for (let i = 0; i < 3 * 8; i++) expect(Number(after.data[i])).toBeCloseTo(Number(before.data[i]), 5);
  expect(Number(after.data[3 * 8])).not.toBeCloseTo(Number(before.data[3 * 8]), 3);
  await model.close();
});

test("mlp has the layers that were asked for", () => {
  const net = mlp({ hidden: [5, 4], out: 2, activation: gelu(), dropout: 0.2 });
  expect(net.name).toBe("sequential(linear(5), gelu, dropout(0.2), linear(4), gelu, dropout(0.2), linear(2))");
  expect(Object.keys(net.init(["N", 3], rng(1)))).toHaveLength(7);
});

describe("places", () => {
  const apply = (net: Layer, shape: readonly (number | string)[], parameters: Parameters = {}) =>
    net.apply(constantParameters(parameters), input("x", "float32", shape), evaluationContext());

  test("as sines and cosines are those of the paper", async () => {
    const session = await createSession(buildGraph({ y: apply(positionalEncoding(), ["N", 3, 4]) }));
    const { y } = await session.run({ x: { data: new Float32Array(12), shape: [1, 3, 4] } });
    await session.close();
    const wanted = [0, 1, 2].flatMap((t) => [Math.sin(t), Math.cos(t), Math.sin(t / 100), Math.cos(t / 100)]);
    wanted.forEach((value, i) => {
      expect(Number(y?.data[i])).toBeCloseTo(value, 6);
    });
  });

  test("need a known time, and learned ones enough length", () => {
    expect(() => apply(positionalEncoding(), ["N", "T", 4])).toThrow("[N, T, 4]");
    const learned = positionalEncoding({ kind: "learned", length: 5 });
    const parameters = learned.init(["N", 6, 4], rng(1));
    expect(apply(learned, ["N", 4, 4], parameters).shape).toEqual(["N", 4, 4]);
    expect(() => apply(learned, ["N", 6, 4], parameters)).toThrow("up to 5 steps");
  });
});
