// Run from the sources: the package that dist is repacked from.
export * from "onnxruntime-web/wasm";
