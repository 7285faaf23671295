// Padding by name computes what ONNX Runtime computes from the file itself, and trains.
import { describe, expect, test } from "vitest";
import { file, node, tensor } from "../../../testing/onnx-files.ts";
import type { TensorData } from "../../index.ts";
import { createSession, decodeOnnx, encodeOnnx } from "../../index.ts";
import type { TensorProto } from "../proto/onnx_pb.ts";

describe("padding that depends on sizes", () => {
  const weight = (...dims: number[]): TensorProto => {
    const floatData = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i * 2.3));
    return tensor("w", dims, { dataType: 1, floatData });
  };
  const names = ["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"] as const;
  const windows = [
    { kernel_shape: [2, 3] },
    { kernel_shape: [3, 2], strides: [2, 3] },
    { kernel_shape: [5, 4], strides: [1, 2] },
    { kernel_shape: [1, 1], strides: [2, 3] },
  ];
  const images: Record<string, TensorData> = {
    x: { data: Float32Array.from({ length: 2 * 2 * 7 * 8 }, (_, i) => Math.sin(i * 1.7)), shape: [2, 2, 7, 8] },
  };
  const outputOf = async (model: Uint8Array): Promise<TensorData> => {
    const session = await createSession(model);
    const { y } = await session.run(images);
    await session.close();
    return y as TensorData;
  };
  async function check(bytes: Uint8Array): Promise<void> {
    const graph = decodeOnnx(bytes);
    const [expected, found] = [await outputOf(bytes), await outputOf(encodeOnnx(graph))];
    expect(found.shape).toEqual(expected.shape);
    expect(graph.outputs[0]?.tensor.shape.slice(1)).toEqual(expected.shape.slice(1));
    const apart = Array.from(found.data as Float32Array, (value, i) => Math.abs(value - Number(expected.data[i])));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
  }
  const cases = names.flatMap((auto_pad) => windows.map((window) => ({ auto_pad, ...window })));
  const title = (attributes: object): string => JSON.stringify(attributes);

  test.each(cases.map((attributes) => ({ attributes, title: title(attributes) })))("$title", async ({ attributes }) => {
    const shape = ["N", 2, 7, 8];
    const kernel = attributes.kernel_shape;
    await check(
      file({ nodes: [node("Conv", ["x", "w"], ["y"], attributes)], initializers: [weight(3, 2, ...kernel)], shape }),
    );
    const initializers = [weight(2, 3, ...kernel)];
    await check(file({ nodes: [node("ConvTranspose", ["x", "w"], ["y"], attributes)], initializers, shape }));
  });

  // ONNX Runtime itself does not pool with a stride beyond the kernel by these names.
  const pools = cases.filter(({ kernel_shape }) => kernel_shape[0] !== 1);
  test.each(pools.map((attributes) => ({ attributes, title: title(attributes) })))(
    "pools, $title",
    async ({ attributes }) => {
      const shape = ["N", 2, 7, 8];
      await check(file({ nodes: [node("MaxPool", ["x"], ["y"], attributes)], shape }));
      for (const count_include_pad of [0, 1]) {
        const pooled = { ...attributes, count_include_pad };
        await check(file({ nodes: [node("AveragePool", ["x"], ["y"], pooled)], shape, version: 19 }));
      }
    },
  );

  test.each([
    { strides: [2, 2], output_shape: [14, 16], kernel_shape: [3, 3] },
    { strides: [2, 2], output_shape: [13, 16], kernel_shape: [3, 4], auto_pad: "SAME_UPPER" },
    { strides: [2, 2], output_shape: [14, 15], kernel_shape: [3, 4], auto_pad: "SAME_LOWER", output_padding: [1, 0] },
  ])("a transposed convolution to %o", async (attributes) => {
    const initializers = [weight(2, 3, ...attributes.kernel_shape)];
    await check(
      file({ nodes: [node("ConvTranspose", ["x", "w"], ["y"], attributes)], initializers, shape: ["N", 2, 7, 8] }),
    );
  });

  test("sizes that are not known do where the stride is 1, and are refused elsewhere", async () => {
    const shape = ["N", 2, "H", "W"];
    const pool = (strides: readonly number[]): Uint8Array =>
      file({
        nodes: [node("MaxPool", ["x"], ["y"], { kernel_shape: [2, 3], strides, auto_pad: "SAME_LOWER" })],
        shape,
      });
    expect(decodeOnnx(pool([1, 1])).outputs[0]?.tensor.shape).toEqual(["N", 2, "H", "W"]);
    expect((await outputOf(encodeOnnx(decodeOnnx(pool([1, 1]))))).data).toEqual((await outputOf(pool([1, 1]))).data);
    expect(() => decodeOnnx(pool([1, 2]))).toThrow(/padding depends on sizes/);
  });
});
