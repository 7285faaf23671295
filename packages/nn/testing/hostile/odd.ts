// Files of an odd form, which a reader may open where it ends, and ends the work, by itself.
import { create } from "@bufbuild/protobuf";
import type { TensorProto } from "../../src/onnx/proto/onnx_pb.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
} from "../../src/onnx/proto/onnx_pb.ts";
import { file, int64, node, tensor } from "../onnx-files.ts";
import type { HostileFile } from "./file.ts";
import { one, outer, relay, truth, withNodes } from "./file.ts";

const scalar = (name: string, value: number | bigint): TensorProto =>
  tensor(name, [], { dataType: 7, int64Data: [BigInt(value)] });
const loopBody = create(GraphProtoSchema, {
  name: "body",
  input: relay.input.map((own) => Object.assign(create(GraphProtoSchema).input, own)).slice(0, 0),
  output: relay.output,
  node: [node("Identity", ["x"], ["y"])],
});
const doubling = Array.from({ length: 60 }, (_, i) =>
  node("Concat", [i === 0 ? "x" : `v${i - 1}`, i === 0 ? "x" : `v${i - 1}`], [`v${i}`], { axis: 0 }),
);
const refs = create(AttributeProtoSchema, { name: "to", refAttrName: "to", type: AttributeProto_AttributeType.INT });

export const odd: readonly HostileFile[] = [
  {
    name: "Range without an end",
    bytes: one([node("Range", ["a", "b", "c"], ["y"])], [scalar("a", 0), scalar("b", 2n ** 62n), scalar("c", 1)]),
  },
  {
    name: "fewer parts than outputs, in a branch",
    bytes: outer(
      withNodes([
        node("Constant", [], ["c"], { value: truth }),
        node("If", ["c"], ["y"], {
          then_branch: create(GraphProtoSchema, {
            name: "t",
            output: relay.output,
            node: [node("Split", ["x"], ["y", "b", "q"], { num_outputs: 2 })],
          }),
          else_branch: create(GraphProtoSchema, {
            name: "e",
            output: relay.output,
            node: [node("Relu", ["x"], ["y"])],
          }),
        }),
      ]),
    ),
  },
  {
    name: "a loop without an end",
    bytes: outer(
      Object.assign(create(GraphProtoSchema), relay, {
        node: [node("Loop", ["", "true", "x"], ["y"], { body: loopBody })],
        initializer: [truth],
      }),
    ),
  },
  { name: "sizes that double", bytes: one([...doubling, node("Relu", ["v59"], ["y"])]) },
  {
    name: "a hundred thousand nodes of one name",
    bytes: outer(
      withNodes(
        Array.from({ length: 100_000 }, (_, i) =>
          Object.assign(node("Relu", [i === 0 ? "x" : `v${i - 1}`], [i === 99_999 ? "y" : `v${i}`]), {
            name: "same",
          }),
        ),
      ),
    ),
  },
  {
    name: "a function that calls itself",
    bytes: outer(withNodes([Object.assign(node("F", ["x"], ["y"]), { domain: "own" })]), {
      functions: [
        create(FunctionProtoSchema, {
          name: "F",
          domain: "own",
          input: ["a"],
          output: ["b"],
          node: [Object.assign(node("F", ["a"], ["b"]), { domain: "own" })],
        }),
      ],
    }),
  },
  {
    name: "an attribute by reference",
    bytes: outer(
      withNodes([create(NodeProtoSchema, { opType: "Cast", input: ["x"], output: ["y"], attribute: [refs] })]),
    ),
  },
  {
    name: "an equation without an end",
    bytes: one([node("Einsum", ["x"], ["y"], { equation: "a".repeat(100_000) })]),
  },
  { name: "a node that reads itself", bytes: one([node("Add", ["x", "y"], ["y"])]) },
  { name: "an output that is the input", bytes: file({ nodes: [], outputs: ["x"] }) },
  {
    name: "a slice of an empty tensor",
    bytes: one(
      [node("Slice", ["e", "a", "n"], ["s"]), node("Reshape", ["x", "s"], ["y"])],
      [tensor("e", [2 ** 30, 0], { dataType: 7 }), int64("a", 0), int64("n", 2 ** 30)],
    ),
  },
];
