// Reads a model by its path, with the files beside it in which its tensors lie.
import { fileBeside, readWhole } from "#files";
import type { Graph } from "../graph/node.ts";
import { decodeOnnx } from "../onnx/decode.ts";

/**
 * The graph of the ONNX model at `path`. Data that its tensors keep in other files are read from its own folder: a
 * location that leads out of there, also by a link, is refused with `model-file-invalid`; a file that is missing with
 * `model-data-external`. Throws `files-unavailable` in a browser, else as `decodeOnnx` does.
 */
export async function readOnnx(path: string): Promise<Graph> {
  const bytes = await readWhole(path);
  return decodeOnnx(bytes, { files: fileBeside(path) });
}
