// What fit refuses with a code and in words before it trains, or as soon as the data show it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { FitOptions, Layer, TensorData } from "../index.ts";
import {
  adam,
  crossEntropy,
  ctc,
  embedding,
  fit,
  layer,
  linear,
  NnError,
  reduceMean,
  sequential,
  tensorBoard,
} from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "nn-refusals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const net = linear(3);
const inputs: TensorData = { data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), shape: [6, 2] };
const classes = (...own: number[]): TensorData => ({ data: BigInt64Array.from(own, BigInt), shape: [own.length] });
const good = classes(0, 1, 2, 0, 1, 2);
const base: FitOptions = {
  data: { inputs, target: good },
  loss: crossEntropy(),
  optimizer: adam(),
  epochs: 2,
  batchSize: 4,
};

async function refusal(options: FitOptions, network: Layer = net): Promise<NnError> {
  const error: unknown = await fit(network, options).result.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(NnError);
  return error as NnError;
}

describe("a class or token that is not there", () => {
  const outside = classes(0, 1, 2, 0, 3, 2);

  test.each<[string, FitOptions, string]>([
    [
      "too large",
      { ...base, data: { inputs, target: outside } },
      "training target of example 4 (counted from 0) has 3",
    ],
    ["negative", { ...base, data: { inputs, target: classes(0, -1, 2, 0, 1, 2) } }, "target of example 1 "],
    ["in validation", { ...base, validation: { inputs, target: outside } }, "validation target of example 4 "],
    [
      "not whole",
      { ...base, data: { inputs, target: { data: Float32Array.of(0, 1, 1.7, 0, 1, 2), shape: [6] } } },
      "training target of example 2 (counted from 0) has 1.7",
    ],
    [
      "from a stream",
      { ...base, data: { batches: () => [{ inputs, target: outside }] } },
      "training (epoch 1) target of example 4 ",
    ],
  ])("%s", async (_, options, place) => {
    const error = await refusal(options);
    expect(error.code).toBe("training-data-invalid");
    expect(error.message).toContain(place);
    expect(error.message).toContain("3 classes: whole numbers from 0 to 2");
  });

  test("among tokens", async () => {
    const mean = layer({ name: "mean", init: () => ({}), apply: (_, x) => reduceMean(x, 1) });
    const texts = { data: BigInt64Array.from([0n, 1n, 4n, 5n, 2n, 3n]), shape: [3, 2] };
    const error = await refusal(
      { ...base, data: { inputs: texts, target: classes(0, 1, 2) } },
      sequential(embedding(5, 4), mean, linear(3)),
    );
    expect(error.message).toContain(
      "training input of example 1 (counted from 0) has 5, but the network has 5 entries",
    );
  });

  test("what a loss ignores or takes for padding is let through", async () => {
    const ignoring = {
      ...base,
      loss: crossEntropy({ ignore: -100 }),
      data: { inputs, target: classes(0, -100, 2, 0, 1, 2) },
    };
    expect((await fit(net, ignoring).result).history).toHaveLength(2);
    const sequences: TensorData = { data: Float32Array.from({ length: 24 }, (_, i) => Math.cos(i)), shape: [2, 4, 3] };
    const labels = (last: bigint): TensorData => ({ data: BigInt64Array.of(1n, -1n, 1n, last), shape: [2, 2] });
    const options = (last: bigint) => ({ ...base, loss: ctc(), data: { inputs: sequences, target: labels(last) } });
    expect((await fit(net, options(2n)).result).history).toHaveLength(2);
    await expect(fit(net, options(3n)).result).rejects.toThrow("target of example 1 (counted from 0) has 3");
  });
});

describe("validation that is not finite", () => {
  test("by its data names the array and the example", async () => {
    const data = Float32Array.from(inputs.data as Float32Array);
    data[5] = Number.NaN;
    const validation = { inputs: { data, shape: [6, 2] }, target: good };
    const error = await refusal({ ...base, validation, earlyStopping: { patience: 1 } });
    expect(error.code).toBe("loss-not-finite");
    expect(error.message).toContain("validation loss became NaN (epoch 1)");
    expect(error.message).toContain("validation input of example 2 (counted from 0) has NaN");
  });
});

describe("places to write to", () => {
  test("a checkpoint's missing folder is made, and a folder is no file", async () => {
    const path = join(folder, "new", "deep", "run.ckpt");
    await fit(net, { ...base, checkpoint: path }).result;
    expect(existsSync(path)).toBe(true);
    const steps: string[] = [];
    const run = fit(net, { ...base, checkpoint: folder });
    const read = (async () => {
      for await (const event of run) steps.push(event.type);
    })();
    await expect(read).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringContaining("a folder") });
    expect(steps).toEqual([]);
  });

  test("a model's missing folder is made, and a file is no folder", async () => {
    const model = await fit(net, base).result;
    await model.save(join(folder, "models", "net.onnx"));
    expect(existsSync(join(folder, "models", "net.onnx"))).toBe(true);
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(model.save(join(file, "net.onnx"))).rejects.toMatchObject({ code: "file-unwritable" });
    const written = (async () => {
      for await (const _ of tensorBoard(fit(net, base), file));
    })();
    await expect(written).rejects.toMatchObject({ code: "file-unwritable" });
  });
});
