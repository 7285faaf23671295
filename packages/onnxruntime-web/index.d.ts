export * from "onnxruntime-common";
