// Files that ask for what no machine has, or that are no model of this form: no reader may open them.
import { create } from "@bufbuild/protobuf";
import type { GraphProto, TensorProto } from "../../src/onnx/proto/onnx_pb.ts";
import { GraphProtoSchema } from "../../src/onnx/proto/onnx_pb.ts";
import { int64, node, tensor } from "../onnx-files.ts";
import type { HostileFile } from "./file.ts";
import { never, one, outer, relay, weight, withNodes } from "./file.ts";

function nested(depth: number): GraphProto {
  let inner = create(GraphProtoSchema, { name: "innermost", output: relay.output, node: [node("Relu", ["x"], ["y"])] });
  for (let i = 0; i < depth; i++) {
    const branch = node("If", ["c"], ["y"], { then_branch: inner, else_branch: relay });
    inner = create(GraphProtoSchema, { name: `g${i}`, output: relay.output, node: [branch] });
  }
  return Object.assign(create(GraphProtoSchema), relay, {
    node: inner.node,
    initializer: [tensor("c", [], { dataType: 9, rawData: Uint8Array.of(1) })],
  });
}

const scalar = (name: string, value: number | bigint): TensorProto =>
  tensor(name, [], { dataType: 7, int64Data: [BigInt(value)] });
const ort = new Uint8Array(4096);
ort.set(new TextEncoder().encode("ORTM"), 4);

export const oversized: readonly HostileFile[] = [
  never(
    "a tensor with more elements than bytes",
    weight({ dataType: 1, rawData: new Uint8Array(8) }, [2 ** 30, 2 ** 30]),
  ),
  never("a tensor of texts that are not there", weight({ dataType: 8 }, [2 ** 40])),
  never("a tensor of negative size", weight({ dataType: 1 }, [-1, -1])),
  never("a tensor of sizes that overflow", weight({ dataType: 1 }, [2 ** 32, 2 ** 32, 2 ** 32])),
  never("a tensor with half an element", weight({ dataType: 1, rawData: new Uint8Array(23) })),
  never(
    "ConstantOfShape of terabytes",
    one([node("ConstantOfShape", ["n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("n", 2 ** 20, 2 ** 20)]),
  ),
  never(
    "ConstantOfShape of gigabytes",
    one([node("ConstantOfShape", ["n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("n", 2 ** 29)]),
  ),
  never(
    "Expand of a constant",
    one([node("Expand", ["k", "n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("k", 1), int64("n", 2 ** 28, 8)]),
  ),
  never(
    "Tile of a constant",
    one([node("Tile", ["k", "n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("k", 1), int64("n", 2 ** 30)]),
  ),
  never("Pad by gigabytes", one([node("Pad", ["x", "p"], ["y"])], [int64("p", 0, 0, 0, 0, 0, 2 ** 31)])),
  never(
    "OneHot of a depth",
    one(
      [node("OneHot", ["i", "d", "v"], ["b"]), node("ReduceMax", ["b"], ["y"])],
      [int64("i", 1), scalar("d", 2 ** 30), int64("v", 0, 1)],
    ),
  ),
  never("graphs in graphs, a hundred deep", outer(nested(100))),
  never("a million nodes", outer(withNodes(Array.from({ length: 140_000 }, (_, i) => node("Relu", ["x"], [`v${i}`]))))),
  never("a tensor with a thousand axes", weight({ dataType: 1, rawData: new Uint8Array(4) }, new Array(1000).fill(1))),
  never("ONNX Runtime's own format", ort),
  never("nothing", new Uint8Array()),
  never("an output of int4", one([node("Cast", ["x"], ["y"], { to: 22 })])),
  never("fewer parts than outputs", one([node("Split", ["x"], ["y", "b", "c"], { axis: 1, num_outputs: 2 })])),
];
