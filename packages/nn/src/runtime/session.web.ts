// Sessions on onnxruntime-web, with the same interface as in Node. WebAssembly by default, WebGPU on request.
//
// What was not run: this file type-checks against onnxruntime-web 1.30, and the code above it (ort-session.ts) is
// the one that Node's tests run, but no browser test loads it yet; WebGPU in particular is untried.
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
      logSeverityLevel: 3,
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
