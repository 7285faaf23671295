// Recurrent layers unrolled for training give what the operators give that they are elsewhere, where a loop runs
// over blocks of steps. Small ones stand in sequence-reference.test.ts, against PyTorch.
import { describe, expect, test } from "vitest";
import { topological } from "../../graph/build.ts";
import type { Node } from "../../graph/node.ts";
import type { Layer, Tensor, TensorData } from "../../index.ts";
import {
  buildGraph,
  createSession,
  evaluationContext,
  gradients,
  gru,
  input,
  listParameters,
  lstm,
  mapParameters,
  mul,
  reduceSum,
  rng,
  rnn,
} from "../../index.ts";
import type { SequenceInput } from "./recurrent.ts";

const [batch, time, features, hidden] = [48, 11, 5, 60];
const random = rng(3);
const draw = (...shape: readonly number[]): TensorData => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1)),
  shape,
});
/** Lengths of 1 to 11 steps; the padding stands last. */
const mask: TensorData = {
  data: Float32Array.from({ length: batch * time }, (_, i) => (i % time <= Math.floor(i / time) % time ? 1 : 0)),
  shape: [batch, time],
};

interface Built {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly feeds: Readonly<Record<string, TensorData>>;
}

/** The layer's output, and the gradients of its input and parameters, in training or not. */
function build(layer: Layer<SequenceInput>, isMasked: boolean, last: boolean, training: boolean): Built {
  const width = hidden * 2;
  const x = input("x", "float32", [batch, time, features]);
  const live = input("mask", "float32", [batch, time]);
  const weighting = input("weighting", "float32", last ? [batch, width] : [batch, time, width]);
  const parameters = layer.init([batch, time, features], rng(4));
  const leaves: Tensor[] = [x];
  const tree = mapParameters(parameters, (value, path) => {
    const leaf = input(path, "float32", value.shape);
    leaves.push(leaf);
    return leaf;
  });
  const y = layer.apply(tree, isMasked ? { x, mask: live } : x, { ...evaluationContext(), training });
  const slopes = gradients(reduceSum(mul(y, weighting)), leaves);
  return {
    outputs: { y, ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])) },
    feeds: Object.fromEntries(listParameters(parameters).map(({ path, value }) => [path, value])),
  };
}

async function run({ outputs, feeds }: Built, given: Readonly<Record<string, TensorData>>) {
  const session = await createSession(buildGraph(outputs));
  const all: Readonly<Record<string, TensorData>> = { ...feeds, ...given };
  const found = await session.run(
    Object.fromEntries(session.inputs.map(({ name }) => [name, all[name] as TensorData] as const)),
  );
  await session.close();
  return found;
}

const countOf = ({ outputs }: Built, holds: (node: Node) => boolean): number =>
  topological(Object.values(outputs)).filter(holds).length;
const isByHand = ({ customGradient }: Node): boolean => customGradient !== undefined;

const cases = Object.entries({ rnn, lstm, gru }).flatMap(([name, make]) =>
  (["sequence", "last"] as const).flatMap((returns) =>
    [false, true].map(
      (isMasked) => [`${name}, ${returns}${isMasked ? ", masked" : ""}`, make, returns, isMasked] as const,
    ),
  ),
);

describe("both directions", () => {
  test.each(cases)("%s", async (_, make, returns, isMasked) => {
    const last = returns === "last";
    const layer = make(hidden, { bidirectional: true, returns });
    const [unrolled, elsewhere] = [build(layer, isMasked, last, true), build(layer, isMasked, last, false)];
    expect([countOf(unrolled, isByHand), countOf(elsewhere, isByHand)]).toEqual([2, 0]);
    // Each direction loops forwards and backwards over three blocks of three steps; two steps are left.
    const scans = topological(Object.values(unrolled.outputs)).filter(({ op }) => op === "Scan");
    expect(scans.map(({ inputs }) => inputs[inputs.length - 1]?.shape[0])).toEqual([3, 3, 3, 3]);
    const width = 2 * hidden;
    const given = {
      x: draw(batch, time, features),
      mask,
      weighting: draw(...(last ? [batch, width] : [batch, time, width])),
    };
    const [found, expected] = [await run(unrolled, given), await run(elsewhere, given)];
    for (const [name, wanted] of Object.entries(expected)) {
      const own = found[name]?.data as Float32Array;
      const values = wanted.data as Float32Array;
      expect(found[name]?.shape).toEqual(wanted.shape);
      const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (own[i] ?? Number.NaN))), 0);
      expect(size, name).toBeGreaterThan(0);
      expect(off / size, name).toBeLessThan(2e-5);
    }
  });
});
