// Stored data of every encoding are read as the numbers that they are, or refused.
import { describe, expect, test } from "vitest";
import { file, node, tensor, x } from "../../testing/onnx-files.ts";
import { createSession, decodeOnnx, NnError } from "../index.ts";
import type { TensorProto } from "./proto/onnx_pb.ts";

describe("data of every encoding", () => {
  const view = (array: ArrayBufferView): Uint8Array<ArrayBuffer> =>
    new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  /** 1, -2 and 0.375 exactly, the smallest float16, and infinity. */
  const halves = [0x3c00, 0xc000, 0x3600, 0x0001, 0x7c00];
  test.each<[string, Partial<TensorProto>, readonly number[]]>([
    ["float32, raw", { dataType: 1, rawData: view(Float32Array.of(1, -2.5)) }, [1, -2.5]],
    ["float32, typed", { dataType: 1, floatData: [1, -2.5] }, [1, -2.5]],
    ["float64, raw", { dataType: 11, rawData: view(Float64Array.of(1, 0.1)) }, [1, 0.1]],
    ["float64, typed", { dataType: 11, doubleData: [1, 0.1] }, [1, 0.1]],
    ["int64, raw", { dataType: 7, rawData: view(BigInt64Array.of(1n, -2n)) }, [1, -2]],
    ["int64, typed", { dataType: 7, int64Data: [1n, -2n] }, [1, -2]],
    ["int32, typed", { dataType: 6, int32Data: [1, -2] }, [1, -2]],
    ["int8, typed", { dataType: 3, int32Data: [1, -2] }, [1, -2]],
    ["uint8, raw", { dataType: 2, rawData: Uint8Array.of(1, 255) }, [1, 255]],
    ["bool, typed", { dataType: 9, int32Data: [1, 0] }, [1, 0]],
    ["float16, raw", { dataType: 10, rawData: view(Uint16Array.from(halves)) }, [1, -2, 0.375, 2 ** -24, Infinity]],
    ["float16, typed", { dataType: 10, int32Data: halves }, [1, -2, 0.375, 2 ** -24, Infinity]],
    ["bfloat16, raw", { dataType: 16, rawData: view(Uint16Array.of(0x3f80, 0xc000, 0x3e20)) }, [1, -2, 0.15625]],
    ["bfloat16, typed", { dataType: 16, int32Data: [0x3f80, 0xc000, 0x3e20] }, [1, -2, 0.15625]],
  ])("%s is read", async (_, fields, values) => {
    const bytes = file({
      nodes: [node("Cast", ["c"], ["y"], { to: 11 })],
      initializers: [tensor("c", [values.length], fields)],
    });
    const session = await createSession(decodeOnnx(bytes));
    const { y } = await session.run({ x });
    expect([...(y?.data ?? [])]).toEqual(values);
    await session.close();
  });

  test.each<[string, Partial<TensorProto>]>([
    ["an odd number of bytes", { dataType: 10, rawData: new Uint8Array(3) }],
    ["too few float16", { dataType: 10, int32Data: [0] }],
    ["float8", { dataType: 17, rawData: new Uint8Array(2) }],
  ])("%s is refused", (_, fields) => {
    const bytes = file({ nodes: [node("Add", ["x", "c"], ["y"])], initializers: [tensor("c", [2], fields)] });
    expect(() => decodeOnnx(bytes)).toThrow(NnError);
  });
});
