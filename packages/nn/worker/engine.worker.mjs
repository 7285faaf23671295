// The thread that ONNX Runtime runs in when a training must not block JavaScript's. One message in, one out.
import { parentPort, workerData } from "node:worker_threads";
import { operations } from "./operations.mjs";

// [operations under way, whether the process is ending]: a thread that is stopped inside of native code takes the
// process with it, so the other side waits for the first to become 0.
const flags = new Int32Array(workerData);

parentPort.on("message", async ({ id, operation, ...fields }) => {
  Atomics.add(flags, 0, 1);
  try {
    if (Atomics.load(flags, 1) === 1) return;
    const { result, transfer, last } = await operations[operation](fields);
    parentPort.postMessage({ id, result }, transfer);
    if (last) parentPort.close();
  } catch (error) {
    parentPort.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  } finally {
    Atomics.sub(flags, 0, 1);
    Atomics.notify(flags, 0);
  }
});
