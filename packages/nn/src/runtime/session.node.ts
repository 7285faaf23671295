// Sessions on ONNX Runtime for Node: native code on the CPU. A run blocks the calling thread until it is done.
import { env, InferenceSession, Tensor } from "../../worker/ort.mjs";
import type { DType } from "../dtype.ts";
import type { Graph } from "../graph/node.ts";
import { startWorker } from "./engine.node.ts";
import { nativeOptions } from "./native-options.node.ts";
import type { OrtData, OrtTensor, Runtime } from "./ort-session.ts";
import { inThisThread, openSession } from "./ort-session.ts";
import { probe } from "./probe.node.ts";
import { startProcess } from "./process-engine.node.ts";
import type { Session, SessionOptions, StartEngine } from "./session.ts";

const runtime: Runtime = {
  writesInPlace: true,
  probe,
  ...inThisThread((dtype: DType, data: OrtData, dims: readonly number[]): OrtTensor => {
    const tensor = new Tensor(dtype as "float32", data as Float32Array, dims);
    // Where JavaScript has a Float16Array the tensor shows one, which the runtime's native side cannot read.
    if (dtype === "float16") Object.defineProperty(tensor, "data", { value: data });
    return tensor;
  }),
  create: async (model, options, providers) => {
    const session = await InferenceSession.create(model, nativeOptions(options, providers));
    return session as unknown as Awaited<ReturnType<Runtime["create"]>>;
  },
};

/**
 * Loads a graph or the bytes of an ONNX model, which are checked as `decodeOnnx` checks them first. Throws
 * `session-create-failed`.
 */
export async function createSession(model: Uint8Array | Graph, options: SessionOptions = {}): Promise<Session> {
  if (!options.process) return openSession(runtime, model, options);
  const engine = startProcess(options.process === true ? {} : options.process);
  try {
    const session = await engine.createSession(model, options);
    // Where the process has ended before, there is nothing to free in it.
    const close = (): Promise<void> =>
      session
        .close()
        .catch(() => {})
        .finally(() => engine.close());
    return Object.freeze({ ...session, close });
  } catch (error) {
    engine.kill("the model was not opened");
    throw error;
  }
}

/** Starts a worker thread for sessions whose runs do not block this one. */
export const startEngine: StartEngine | undefined = startWorker;

/** Version of the ONNX Runtime that sessions run on. */
export const runtimeVersion: string = env.versions.common;
