// What a runtime is given for the bytes of a model: never these bytes themselves, which are untrusted input.
import type { Message } from "@bufbuild/protobuf";
import { NnError } from "../errors.ts";
import { decodeProto, parseModel } from "../onnx/decode.ts";
import { encodeOnnx } from "../onnx/encode.ts";
import { isExternal } from "../onnx/external-data.ts";
import type { ModelProto, TensorProto } from "../onnx/proto/onnx_pb.ts";
import { writeModel } from "../onnx/write-model.ts";

export interface CheckedModel {
  readonly bytes: Uint8Array;
  /** Why the decoder does not vouch for the model: it has what the catalogue lacks, or is wrong. */
  readonly doubt?: NnError;
}

/**
 * A model that the decoder reads is written anew from its graph: the runtime sees what the catalogue has checked and
 * nothing else of the file. One that it does not read is written from its protocol buffer, without what is unknown
 * there, and with the doubt. Throws `model-file-invalid` for what is no model, `model-too-large`, and `model-data-external`
 * for one that names other files: a runtime would read any below the working directory.
 */
export function checkedModel(bytes: Uint8Array): CheckedModel {
  const model = parseModel(bytes);
  try {
    return { bytes: encodeOnnx(decodeProto(model, { forEncoding: true }).graph, { outerScope: true }) };
  } catch (doubt) {
    if (!(doubt instanceof NnError)) throw doubt;
    if (doubt.code === "model-data-external" || doubt.code === "model-too-large") throw doubt;
    refuseOtherFiles(model);
    return { bytes: writeModel(model, { writeUnknownFields: false }), doubt };
  }
}

/** Looks at every tensor of a model, wherever it stands: in graphs, attributes, functions and sparse tensors. */
function refuseOtherFiles(model: ModelProto): void {
  const visit = (message: Message): void => {
    if (message.$typeName === "onnx.TensorProto" && isExternal(message as TensorProto)) {
      throw new NnError(
        "model-data-external",
        `Tensor ${JSON.stringify((message as TensorProto).name.slice(0, 80))} keeps its data outside the model file.`,
        "Read the model by decodeOnnx(bytes, { files }) or readOnnx(path), and open the session on the graph.",
      );
    }
    for (const value of Object.values(message) as unknown[]) {
      if (isMessage(value)) visit(value);
      else if (Array.isArray(value) && isMessage(value[0])) for (const item of value) visit(item as Message);
    }
  };
  visit(model);
}

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "$typeName" in value;
