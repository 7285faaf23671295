// Sessions on onnxruntime-web, with the same interface as in Node. WebAssembly by default, WebGPU on request.
//
// What was run: the session suite, on the WebAssembly build under Node. What was not: any browser, and WebGPU.
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import type { DType, TensorData } from "../dtype.ts";
import type { Graph } from "../graph/node.ts";
import type { OrtTensor, Runtime } from "./ort-session.ts";
import { openSession } from "./ort-session.ts";
import type { Session, SessionOptions } from "./session.ts";

const runtime: Runtime = {
  // The WebAssembly build copies outputs out of its own memory: tensors passed in would not be written.
  writesInPlace: false,
  tensor: (dtype: DType, data: TensorData["data"], dims: readonly number[]): OrtTensor =>
    new Tensor(dtype as "float32", data as Float32Array, dims),
  create: async (model, options) => {
    const session = await InferenceSession.create(model, {
      executionProviders: [...(options.providers ?? ["wasm"])],
      graphOptimizationLevel: options.optimization === "none" ? "disabled" : (options.optimization ?? "all"),
      intraOpNumThreads: options.threads ?? 1,
      logSeverityLevel: 4, // Errors are thrown; nothing is printed.
      extra: { session: { set_denormal_as_zero: "1" } },
    });
    return session as unknown as Awaited<ReturnType<Runtime["create"]>>;
  },
};

/** Loads a graph or the bytes of an ONNX model. Throws `session-create-failed`. */
export function createSession(model: Uint8Array | Graph, options: SessionOptions = {}): Promise<Session> {
  return openSession(runtime, model, options);
}

/** Version of the ONNX Runtime that sessions run on. */
export const runtimeVersion: string = env.versions.common;
