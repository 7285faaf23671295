// Both runtimes, and Node's in a worker thread, run the session suite; onnxruntime-web does so by its WebAssembly build, here outside a browser.
import { afterAll } from "vitest";
import { sessionSuite } from "../../testing/session-suite.ts";
import { startWorker } from "./engine.node.ts";
import { createSession as createNodeSession } from "./session.node.ts";
import { createSession as createWebSession } from "./session.web.ts";

sessionSuite("onnxruntime-node", createNodeSession);
const engine = startWorker();
afterAll(() => engine.close());
sessionSuite("onnxruntime-node in a worker thread", (model, options = {}) => engine.createSession(model, options));
sessionSuite("onnxruntime-web", createWebSession);
