// Session options as ONNX Runtime for Node takes them, in this thread and in the engine's own.
import type { InferenceSession } from "onnxruntime-common";
import type { Provider, SessionOptions } from "./session.ts";

export function nativeOptions(
  { optimization, threads }: SessionOptions,
  providers: readonly Provider[],
): InferenceSession.SessionOptions {
  return {
    executionProviders: [...providers],
    graphOptimizationLevel: optimization === "none" ? "disabled" : (optimization ?? "all"),
    intraOpNumThreads: threads ?? 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 4, // Errors are thrown; nothing is printed.
    // Near a loss of zero, denormal gradients make every product several times slower.
    // Threads that wait by spinning slow down every neighbour on a busy machine.
    extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: "0" } } },
  };
}
