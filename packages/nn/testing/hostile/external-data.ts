// Files that name other files, in every place where a tensor may stand.
import { create } from "@bufbuild/protobuf";
import type { TensorProto } from "../../src/onnx/proto/onnx_pb.ts";
import {
  FunctionProtoSchema,
  GraphProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from "../../src/onnx/proto/onnx_pb.ts";
import { int64, node, tensor } from "../onnx-files.ts";
import type { HostileFile } from "./file.ts";
import { never, one, outer, relay, truth, weight, withNodes } from "./file.ts";

function external(location: string, more: Readonly<Record<string, string>> = {}): Partial<TensorProto> {
  const externalData = Object.entries({ location, ...more }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return { dataType: 1, dataLocation: TensorProto_DataLocation.EXTERNAL, externalData };
}

/** Each would have the file `canary` read. */
export function externalDataFiles(canary: string): readonly HostileFile[] {
  const secret = tensor("w", [2, 3], external(canary));
  const inFunction = create(FunctionProtoSchema, {
    name: "F",
    domain: "own",
    input: ["a"],
    output: ["b"],
    node: [node("Constant", [], ["w"], { value: secret }), node("MatMul", ["a", "w"], ["b"])],
  });
  const sparse = create(SparseTensorProtoSchema, {
    values: secret,
    indices: int64("i", 0, 1, 2, 3, 4, 5),
    dims: [2n ** 40n],
  });

  return [
    ...[
      canary,
      `./${canary}`,
      `../${canary}`,
      "/etc/passwd",
      "/proc/self/environ",
      "C:\\secret",
      "..\\secret",
      "",
      "*/_ORT_MEM_ADDR_/*",
      "file:///etc/passwd",
      `${canary}\0`,
    ].map((location) =>
      never(`external data in ${JSON.stringify(location)}`, weight(external(location, { offset: "0", length: "24" }))),
    ),
    never("external data without a location flag", weight({ dataType: 1, externalData: secret.externalData })),
    never("external data beside raw data", weight({ ...external(canary), rawData: new Uint8Array(24) })),
    never(
      "external data in a Constant",
      one([node("Constant", [], ["w"], { value: secret }), node("MatMul", ["x", "w"], ["y"])]),
    ),
    never(
      "external data in a branch",
      outer(
        withNodes([
          node("Constant", [], ["c"], { value: truth }),
          node("If", ["c"], ["y"], {
            then_branch: create(GraphProtoSchema, {
              name: "t",
              output: relay.output,
              node: [node("MatMul", ["x", "w"], ["y"])],
              initializer: [secret],
            }),
            else_branch: create(GraphProtoSchema, {
              name: "e",
              output: relay.output,
              node: [node("Relu", ["x"], ["y"])],
            }),
          }),
        ]),
      ),
    ),
    never(
      "external data in a function",
      outer(withNodes([Object.assign(node("F", ["x"], ["y"]), { domain: "own" })]), { functions: [inFunction] }),
    ),
    never(
      "external data in a sparse tensor",
      outer(Object.assign(create(GraphProtoSchema), relay, { sparseInitializer: [sparse] })),
    ),
    never(
      "the address of another file twice",
      weight({ ...external(canary), externalData: [...secret.externalData, ...secret.externalData] }),
    ),
  ];
}
