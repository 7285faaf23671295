// Sessions on onnxruntime-node: native code on the CPU. A run blocks the calling thread until it is done.
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import type { DType } from "../dtype.ts";
import type { Graph } from "../graph/node.ts";
import { startWorker } from "./engine.node.ts";
import { nativeOptions } from "./native-options.node.ts";
import type { OrtData, OrtTensor, Runtime } from "./ort-session.ts";
import { inThisThread, openSession } from "./ort-session.ts";
import type { Session, SessionOptions, StartEngine } from "./session.ts";

const runtime: Runtime = {
  writesInPlace: true,
  ...inThisThread((dtype: DType, data: OrtData, dims: readonly number[]): OrtTensor => {
    const tensor = new Tensor(dtype as "float32", data as Float32Array, dims);
    // Where JavaScript has a Float16Array the tensor shows one, which onnxruntime-node's native side cannot read.
    if (dtype === "float16") Object.defineProperty(tensor, "data", { value: data });
    return tensor;
  }),
  create: async (model, options, providers) => {
    const session = await InferenceSession.create(model, nativeOptions(options, providers));
    return session as unknown as Awaited<ReturnType<Runtime["create"]>>;
  },
};

/** Loads a graph or the bytes of an ONNX model. Throws `session-create-failed`. */
export function createSession(model: Uint8Array | Graph, options: SessionOptions = {}): Promise<Session> {
  return openSession(runtime, model, options);
}

/** Starts a worker thread for sessions whose runs do not block this one. */
export const startEngine: StartEngine | undefined = startWorker;

/** Version of the ONNX Runtime that sessions run on. */
export const runtimeVersion: string = env.versions.common;
