// Sessions on onnxruntime-web, with the same interface as in Node. WebAssembly by default, WebGPU on request.
//
// What was run: on the WebAssembly build the session suite (under Node and in Chromium), and in Chromium the gradient
// suite and the training of a LeNet; on WebGPU, by a software adapter alone, the training of a dense network. A LeNet
// is refused there, and a real GPU was not tried: the README's table says why.
import * as ort from "@lepta/onnxruntime-web";
import type { DType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Graph } from "../graph/node.ts";
import type { OrtData, OrtTensor, Runtime } from "./ort-session.ts";
import { inThisThread, openSession } from "./ort-session.ts";
import type { Session, SessionOptions, StartEngine } from "./session.ts";

const runtimeOf = ({ InferenceSession, Tensor }: Pick<typeof ort, "InferenceSession" | "Tensor">): Runtime => ({
  // The WebAssembly build copies outputs out of its own memory: tensors passed in would not be written.
  writesInPlace: false,
  ...inThisThread(
    (dtype: DType, data: OrtData, dims: readonly number[]): OrtTensor =>
      new Tensor(dtype as "float32", data as Float32Array, dims),
  ),
  create: async (model, options, providers) => {
    const session = await InferenceSession.create(model, {
      executionProviders: providers.map((name) => (name === "cpu" ? "wasm" : name)),
      graphOptimizationLevel: options.optimization === "none" ? "disabled" : (options.optimization ?? "all"),
      intraOpNumThreads: options.threads ?? 1,
      logSeverityLevel: 4, // Errors are thrown; nothing is printed.
      extra: { session: { set_denormal_as_zero: "1" } },
    });
    return session as unknown as Awaited<ReturnType<Runtime["create"]>>;
  },
});

const plain = runtimeOf(ort);

/**
 * Loads a graph or the bytes of an ONNX model. Throws `session-create-failed`. What is not the CPU comes in a
 * build of its own, fetched when it is first asked for.
 */
export async function createSession(model: Uint8Array | Graph, options: SessionOptions = {}): Promise<Session> {
  if (options.process) {
    throw new NnError(
      "session-create-failed",
      "A session in a process of its own was asked for, but a browser has no processes.",
      "Leave the option process out, or open the session in a Web Worker.",
    );
  }
  const runtime = options.providers?.some((name) => name !== "cpu")
    ? runtimeOf(await import("@lepta/onnxruntime-web/webgpu"))
    : plain;
  return openSession(runtime, model, options);
}

/**
 * None: a page that must not block runs `fit` as a whole in a Web Worker. The runtime's own proxy would copy the whole
 * state to its worker and back at every run.
 */
export const startEngine: StartEngine | undefined = undefined;

/** Version of the ONNX Runtime that sessions run on. */
export const runtimeVersion: string = ort.env.versions.common;
