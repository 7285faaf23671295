// The Open Inference Protocol's binary tensor extension: a JSON document, then the values of the tensors that announce
// binary_data_size, one after the other. https://github.com/triton-inference-server/server (protocol/extension_binary_data)
import type { IncomingMessage } from "node:http";
import { ApiError, type InferRequest, type InferResponse } from "@lepta/api";
import { essenceOf, parseJson, readBytes, requireJson } from "./body.ts";
import { maxRows } from "./limits.ts";
import { type TensorValue, tensorTypes } from "./tensor-types.ts";

export const headerLength = "inference-header-content-length";

/** A body as it was sent: the document, and the bytes after it. */
export interface InferenceBody {
  document: unknown;
  binary: Buffer | undefined;
}

/** What is as good as no content type: the bytes of the extension, and what curl declares where nobody said. */
const undeclared: ReadonlySet<string | undefined> = new Set([
  "application/octet-stream",
  "application/x-www-form-urlencoded",
]);

/**
 * Under /v2 a body without a content type is JSON: the protocol's own clients send none.
 * @throws ApiError unsupported-media-type, body-too-large, malformed-json, binary-tensor-invalid
 */
export async function readInference(request: IncomingMessage, limit: number): Promise<InferenceBody> {
  const type = request.headers["content-type"];
  const length = request.headers[headerLength];
  if (type?.trim() && !undeclared.has(essenceOf(type))) requireJson(request);
  const body = await readBytes(request, limit);
  if (length === undefined) return { document: await parseJson(body), binary: undefined };
  const size = typeof length === "string" && /^[0-9]{1,12}$/.test(length) ? Number(length) : Number.NaN;
  if (!(size > 0 && size <= body.length)) {
    throw invalid(`Inference-Header-Content-Length is ${JSON.stringify(length)}, the body has ${body.length} bytes`);
  }
  return { document: await parseJson(body.subarray(0, size)), binary: body.subarray(size) };
}

/**
 * Puts the values of binary tensors into their `data`.
 * @throws ApiError binary-tensor-invalid; extension-unsupported for shared memory.
 */
export function withBinaryData(request: InferRequest, binary: Buffer | undefined): InferRequest {
  let at = 0;
  const inputs = request.inputs.map((tensor, i) => {
    const path = `/inputs/${i}`;
    if (tensor.parameters?.shared_memory_region !== undefined) throw sharedMemory(path);
    const size = tensor.parameters?.binary_data_size;
    if (size === undefined) return tensor;
    if (binary === undefined)
      throw invalid(`${path}: binary_data_size needs the header Inference-Header-Content-Length`);
    if (tensor.data !== undefined) throw invalid(`${path}: has both data and binary_data_size`);
    if (!Number.isInteger(size) || Number(size) < 0 || at + Number(size) > binary.length)
      throw invalid(`${path}: binary_data_size is ${size}, ${binary.length - at} bytes are left`);
    const bytes = binary.subarray(at, at + Number(size));
    at += bytes.length;
    return { ...tensor, data: read(bytes, tensor, path) };
  });
  if (binary !== undefined && at < binary.length)
    throw invalid(`${binary.length - at} bytes follow that belong to no tensor`);
  return { ...request, inputs };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function read(bytes: Buffer, { shape, datatype }: InferRequest["inputs"][number], path: string): TensorValue[] {
  const count = shape.reduce((product, size) => product * size, 1);
  // What is longer is refused where shapes are checked; nothing is read for it.
  if (shape.length === 0 || count > maxRows) return [];
  const type = tensorTypes[datatype];
  if (type.bytes > 0) {
    if (bytes.length !== count * type.bytes)
      throw invalid(`${path}: ${count} values of ${datatype} are ${count * type.bytes} bytes, not ${bytes.length}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: count }, (_, i) => type.read(view, i * type.bytes));
  }
  const values: string[] = [];
  let at = 0;
  while (at < bytes.length && values.length < count) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw invalid(`${path}: value ${values.length} ends beyond its tensor`);
    try {
      values.push(utf8.decode(bytes.subarray(at + 4, at + 4 + length)));
    } catch (cause) {
      throw invalid(`${path}: value ${values.length} is not UTF-8`, cause);
    }
    at += 4 + length;
  }
  if (values.length !== count || at !== bytes.length)
    throw invalid(`${path}: the shape says ${count} strings, the bytes are not so many`);
  return values;
}

type OutputTensor = InferResponse["outputs"][number];

/** Which outputs the request wants in binary: `binary_data` of an output, else `binary_data_output` of the request. */
export function binaryOutputs({ parameters, outputs }: InferRequest): (name: string) => boolean {
  const all = parameters?.binary_data_output === true;
  for (const [i, output] of outputs?.entries() ?? []) {
    if (output.parameters?.shared_memory_region !== undefined) throw sharedMemory(`/outputs/${i}`);
    if (output.parameters?.classification !== undefined && output.parameters.classification !== 0) {
      throw new ApiError("extension-unsupported", `/outputs/${i}: the classification extension is not spoken`, {
        fix: "Ask for the output label, or for probabilities.",
      });
    }
  }
  const own = new Map(outputs?.map(({ name, parameters: given }) => [name, given?.binary_data]));
  return (name) => (own.get(name) ?? all) === true;
}

/** The response's document and the values that follow it. */
export function toBinary(response: InferResponse, binary: (name: string) => boolean): { size: number; body: Buffer } {
  const parts: Buffer[] = [];
  const outputs = response.outputs.map((tensor): OutputTensor => {
    if (!binary(tensor.name)) return tensor;
    const { data = [], ...rest } = tensor;
    const bytes = Buffer.concat(data.map(tensor.datatype === "BYTES" ? framed : float64));
    parts.push(bytes);
    return { ...rest, parameters: { binary_data_size: bytes.length } };
  });
  const document = Buffer.from(JSON.stringify({ ...response, outputs }));
  return { size: document.length, body: Buffer.concat([document, ...parts]) };
}

function framed(value: unknown): Buffer {
  const text = Buffer.from(String(value ?? ""));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

function float64(value: unknown): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(typeof value === "number" ? value : Number.NaN);
  return bytes;
}

function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError("binary-tensor-invalid", message, {
    cause,
    fix: "Send each binary tensor's bytes after the JSON, in the order of inputs, as long as its binary_data_size says; or send JSON (tritonclient: binary_data=False).",
  });
}

function sharedMemory(path: string): ApiError {
  return new ApiError("extension-unsupported", `${path}: the shared memory extensions are not spoken`, {
    fix: "Send the values in the request, as JSON or in binary.",
  });
}
