// Both runtimes run the session suite; onnxruntime-web does so by its WebAssembly build, here outside a browser.
import { sessionSuite } from "../../testing/session-suite.ts";
import { createSession as createNodeSession } from "./session.node.ts";
import { createSession as createWebSession } from "./session.web.ts";

sessionSuite("onnxruntime-node", createNodeSession);
sessionSuite("onnxruntime-web", createWebSession);
