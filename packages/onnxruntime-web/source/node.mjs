// Run from the sources under Node: its build of the WebAssembly runtime.
export * from "onnxruntime-web";
