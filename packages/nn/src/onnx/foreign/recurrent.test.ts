// LSTM, GRU and RNN with the batch in front are read as those with the time in front.
import { describe, expect, test } from "vitest";
import { file, node, run, tensor } from "../../../testing/onnx-files.ts";
import { decodeOnnx, encodeOnnx } from "../../index.ts";
import type { TensorProto } from "../proto/onnx_pb.ts";

describe("recurrent operators with the batch in front", () => {
  // ONNX Runtime does not run them on the CPU: the same with the time in front is what they are held to.
  const cells: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
  const weights = (name: string, ...dims: number[]): TensorProto => {
    const floatData = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i * 2.3));
    return tensor(name, dims, { dataType: 1, floatData });
  };
  test.each(Object.entries(cells))("%s", async (op, gates) => {
    const initializers = [weights("w", 1, gates * 3, 2), weights("r", 1, gates * 3, 3)];
    const turn = (from: string, to: string, ...perm: number[]) => node("Transpose", [from], [to], { perm });
    const expected = await run(
      file({
        nodes: [
          turn("x", "t", 1, 0, 2),
          node(op, ["t", "w", "r"], ["s", "h"], { hidden_size: 3 }),
          turn("s", "y", 2, 0, 1, 3),
          turn("h", "last", 1, 0, 2),
        ],
        outputs: ["y", "last"],
        initializers,
        version: 14,
      }),
    );
    const bytes = file({
      nodes: [node(op, ["x", "w", "r"], ["y", "last"], { layout: 1 })],
      outputs: ["y", "last"],
      initializers,
      version: 14,
    });
    expect(await run(encodeOnnx(decodeOnnx(bytes)))).toEqual(expected);
    expect(expected.y?.shape).toEqual([3, 4, 1, 3]);
  });
});
