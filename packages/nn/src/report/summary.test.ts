// The summary of a network: shapes, parameters, multiply-adds.
import { expect, test } from "vitest";
import type { Layer, SequenceInput } from "../index.ts";
import {
  batchNorm,
  conv2d,
  dropout,
  embedding,
  flatten,
  gru,
  linear,
  lstm,
  maxPool2d,
  relu,
  residual,
  rnn,
  sequential,
  summarize,
} from "../index.ts";

const lenet = sequential(
  conv2d(6, 5),
  relu(),
  maxPool2d(2),
  conv2d(16, 5),
  relu(),
  maxPool2d(2),
  flatten(),
  linear(120),
  relu(),
  linear(84),
  relu(),
  linear(10),
);

test("counts LeNet as the textbook does", () => {
  const { layers, total, text } = summarize(lenet, [3, 32, 32]);
  expect(layers).toHaveLength(12);
  expect(layers[0]).toMatchObject({ path: "0", outputs: [["N", 6, 28, 28]], parameters: 456, multiplyAdds: 352_800 });
  expect(layers[3]).toMatchObject({ outputs: [["N", 16, 10, 10]], parameters: 2416, multiplyAdds: 240_000 });
  expect(layers[7]).toMatchObject({ outputs: [["N", 120]], parameters: 48_120, multiplyAdds: 48_000 });
  expect(total.parameters).toBe(62_006);
  expect(total.multiplyAdds).toBe(352_800 + 240_000 + 48_000 + 10_080 + 840);
  const lines = text.split("\n");
  expect(lines[0]).toMatch(/layer +output +parameters +multiply-adds/);
  expect(lines.find((line) => line.includes("linear(84)"))).toMatch(/9 +linear\(84\) +\[N, 84\] +10,164 +10,080/);
  expect(lines.at(-1)).toMatch(/total +\[N, 10\] +62,006 +651,720/);
});

test("adds up layers inside layers, and tells what is not trained apart", () => {
  const net = sequential(linear(8), residual(sequential(linear(8), batchNorm(), relu())), dropout(0.5), linear(2));
  const { layers, total, text } = summarize(net, [4]);
  const block = layers.find(({ path }) => path === "1");
  expect(block).toMatchObject({ parameters: 72 + 16, kept: 16, multiplyAdds: 64 });
  const flat = layers.filter(({ path }) => !path.includes("."));
  expect(flat.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0)).toBe(total.multiplyAdds);
  expect(total).toMatchObject({ multiplyAdds: 32 + 64 + 16, kept: 16 });
  expect(text).toContain("16 values that are not trained");
});

test("takes element types other than float32", () => {
  const { total } = summarize(sequential(embedding(10, 4), flatten(), linear(3)), [5], { dtypes: { input: "int64" } });
  expect(total).toMatchObject({ outputs: [["N", 3]], parameters: 40 + 63, multiplyAdds: 60 });
});

test("counts a recurrent layer's products of all steps, written as an operator or as a Scan", () => {
  const counted = (layer: Layer<SequenceInput>): number =>
    summarize(sequential(layer as Layer), [7, 2]).total.multiplyAdds;
  expect(counted(lstm(3))).toBe(7 * 4 * 3 * (2 + 3));
  expect(counted(gru(3, { bidirectional: true }))).toBe(2 * 7 * 3 * 3 * (2 + 3));
  expect(counted(rnn(3))).toBe(7 * 3 * (2 + 3));
});
