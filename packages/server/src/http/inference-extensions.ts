// Extensions of the Open Inference Protocol that this server knows of and does not speak: what does their work here.
import { ApiError } from "@lepta/api";

const model = "/v2/models/[^/]+(?:/versions/[^/]+)?";

const extensions: readonly [path: RegExp, name: string, fix: string][] = [
  [
    /^\/v2\/repository\/models\/[^/]+\/(load|unload)$/,
    "load and unload",
    "Models are loaded when they are asked for; deploy one with lepta ship.",
  ],
  [
    new RegExp(`^${model}/stats$`),
    "statistics",
    "GET /metrics has the server's figures, GET /v1/usage the counts by model version.",
  ],
  [/^\/v2\/(system|cuda)sharedmemory\//, "shared memory", "Send the values in the request, as JSON or in binary."],
  [
    new RegExp(`^(/v2|${model})/trace/setting$`),
    "trace settings",
    "Send traceparent with a request; it is kept with its predictions.",
  ],
  [/^\/v2\/logging$/, "logging", "The operator chooses the log where the server starts."],
  [new RegExp(`^${model}/(generate|generate_stream)$`), "generate", "Use infer."],
];

export function inferenceExtension(path: string): ApiError | undefined {
  const found = extensions.find(([pattern]) => pattern.test(path));
  return (
    found && new ApiError("extension-unsupported", `the ${found[1]} extension is not spoken here`, { fix: found[2] })
  );
}
