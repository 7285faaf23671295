// Sessions on onnxruntime-node: native code on the CPU. A run blocks the calling thread until it is done.
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import type { DType, TensorData } from "../dtype.ts";
import type { Graph } from "../graph/node.ts";
import type { OrtTensor, Runtime } from "./ort-session.ts";
import { openSession } from "./ort-session.ts";
import type { Session, SessionOptions } from "./session.ts";

const runtime: Runtime = {
  writesInPlace: true,
  tensor: (dtype: DType, data: TensorData["data"], dims: readonly number[]): OrtTensor =>
    new Tensor(dtype as "float32", data as Float32Array, dims),
  create: async (model, options, providers) => {
    const session = await InferenceSession.create(model, {
      executionProviders: [...providers],
      graphOptimizationLevel: level(options.optimization),
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      logSeverityLevel: 4, // Errors are thrown; nothing is printed.
      // Near a loss of zero, denormal gradients make every product several times slower.
      // Threads that wait by spinning slow down every neighbour on a busy machine.
      extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: "0" } } },
    });
    return session as unknown as Awaited<ReturnType<Runtime["create"]>>;
  },
};

function level(optimization: SessionOptions["optimization"]): "all" | "basic" | "disabled" {
  return optimization === "none" ? "disabled" : (optimization ?? "all");
}

/** Loads a graph or the bytes of an ONNX model. Throws `session-create-failed`. */
export function createSession(model: Uint8Array | Graph, options: SessionOptions = {}): Promise<Session> {
  return openSession(runtime, model, options);
}

/** Version of the ONNX Runtime that sessions run on. */
export const runtimeVersion: string = env.versions.common;
