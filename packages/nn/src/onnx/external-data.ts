// Tensors whose data lie in other files beside the model: which files may be named, and what part of one is meant.
import { NnError } from "../errors.ts";
import type { TensorProto } from "./proto/onnx_pb.ts";
import { TensorProto_DataLocation } from "./proto/onnx_pb.ts";

/** The other files of a model, by the location that its tensors name, such as "model.onnx.data". */
export type ModelFiles = Readonly<Record<string, Uint8Array>> | ((location: string) => Uint8Array | undefined);

export const isExternal = ({ dataLocation, externalData }: TensorProto): boolean =>
  dataLocation === TensorProto_DataLocation.EXTERNAL || externalData.length > 0;

const quoted = (text: string): string => JSON.stringify(text.slice(0, 200));

function invalid(message: string): NnError {
  return new NnError("model-file-invalid", message, "Use a model and its data file as one exporter wrote them.");
}

/**
 * The location that a tensor names; undefined where it does not say. Throws `model-file-invalid` where it leads out of
 * the model's folder.
 */
export function locationOf(proto: TensorProto): string | undefined {
  const where = `Tensor ${quoted(proto.name)}`;
  const location = entryOf(proto, "location");
  if (location === undefined) return undefined;
  // A drive's letter, and a stream of a file, have a colon.
  const leadsOut = /[\\:\0]/.test(location) || location.split("/").some((part) => part === "" || part === "..");
  if (leadsOut)
    throw invalid(`${where} keeps its data in ${quoted(location)}, which is no path of a file beside the model.`);
  return location;
}

/** The bytes of a tensor's data, `size` of them. Throws `model-data-external` where `files` lacks the file. */
export function externalBytes(proto: TensorProto, size: number, files: ModelFiles | undefined): Uint8Array {
  const where = `Tensor ${quoted(proto.name)}`;
  const location = locationOf(proto);
  const file = location === undefined ? undefined : fileOf(files, location);
  if (file === undefined) {
    throw new NnError(
      "model-data-external",
      `${where} keeps its data in ${location === undefined ? "another file" : quoted(location)}, outside the model file.`,
      "Give that file too: decodeOnnx(bytes, { files: { [location]: bytes } }), or readOnnx(path) in Node. Or save the " +
        "model as one file (PyTorch: torch.onnx.export(…, external_data=False); onnx: save_as_external_data=False).",
    );
  }
  const name = quoted(location ?? "");
  if (!(file instanceof Uint8Array)) throw invalid(`What was given for the file ${name} is no Uint8Array.`);
  if (proto.rawData.length > 0) throw invalid(`${where} keeps data both in the model and in ${name}.`);
  const offset = numberOf(proto, "offset") ?? 0;
  const length = numberOf(proto, "length") ?? file.length - offset;
  if (length !== size) throw invalid(`${where} has ${length} bytes in ${name}; its shape needs ${size}.`);
  if (offset + length > file.length) {
    throw invalid(`${where} lies at ${offset} to ${offset + length} of ${name}, which has ${file.length} bytes.`);
  }
  return file.subarray(offset, offset + length);
}

function fileOf(files: ModelFiles | undefined, location: string): Uint8Array | undefined {
  if (typeof files === "function") return files(location);
  return files !== undefined && Object.hasOwn(files, location) ? files[location] : undefined;
}

function entryOf({ externalData, name }: TensorProto, key: string): string | undefined {
  const found = externalData.filter((entry) => entry.key === key);
  if (found.length > 1) throw invalid(`Tensor ${quoted(name)} gives the ${key} of its data twice.`);
  return found[0]?.value;
}

function numberOf(proto: TensorProto, key: string): number | undefined {
  const text = entryOf(proto, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw invalid(`Tensor ${quoted(proto.name)} has the ${key} ${quoted(text)}, which is no number of bytes.`);
}
