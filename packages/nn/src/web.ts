// The entry @lepta/nn/web: a session on onnxruntime-web for bundlers that do not set the "browser" condition.
export { createSession } from "./runtime/session.web.ts";
