// The thread that ONNX Runtime runs in when a training must not block JavaScript's. Plain JavaScript, so that it starts
// the same from sources and from a build. One message in, one out. It keeps sessions and tensors under numbers that the
// other thread gives them, and knows nothing of what they mean.
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";

// [operations under way, whether the process is ending]: a thread that is stopped inside of native code takes the
// process with it, so the other side waits for the first to become 0.
const flags = new Int32Array(workerData);
const sessions = new Map();
const held = new Map();

function toTensor({ held: number, type, data, dims }) {
  if (number !== undefined) return held.get(number);
  const tensor = new Tensor(type, data, dims);
  // As in session.node.ts: the native side reads float16 as its bits only.
  if (type === "float16") Object.defineProperty(tensor, "data", { value: data });
  return tensor;
}
const fromTensor = ({ type, data, dims }) => ({ type, data, dims });

const operations = {
  async create({ session, model, options }) {
    const created = await InferenceSession.create(model, options);
    sessions.set(session, created);
    const { inputMetadata, outputMetadata } = created;
    return { result: { inputMetadata, outputMetadata } };
  },
  hold({ number, tensor }) {
    held.set(number, toTensor(tensor));
    return {};
  },
  read: ({ number }) => ({ result: fromTensor(held.get(number)) }),
  /** Outputs come back by value, but for those that are written into tensors held here; lent arrays go back. */
  async run({ session, feeds, fetches }) {
    const given = {};
    for (const name in feeds) given[name] = toTensor(feeds[name]);
    const wanted = {};
    for (const name in fetches) wanted[name] = fetches[name] === null ? null : held.get(fetches[name]);
    const results = await sessions.get(session).run(given, wanted);
    const outputs = {};
    for (const name in results) {
      if (fetches[name] === null) outputs[name] = fromTensor(results[name]);
      else held.set(fetches[name], results[name]);
    }
    const lent = {};
    for (const name in feeds) if (feeds[name].lent) lent[name] = feeds[name].data;
    return { result: { outputs, lent }, transfer: Object.values(lent).map(({ buffer }) => buffer) };
  },
  async release({ session }) {
    await sessions.get(session).release();
    sessions.delete(session);
    return {};
  },
  async close() {
    for (const session of sessions.values()) await session.release();
    sessions.clear();
    held.clear();
    return { last: true };
  },
};

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
