// What the engine's thread and its process do with ONNX Runtime: sessions and tensors are kept under numbers that the
// other side gives them. Plain JavaScript, so that it starts the same from sources and from a build.
import { InferenceSession, Tensor } from "./ort.mjs";

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

export const operations = {
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
    // Not by assignment: an input or an output may be named "__proto__".
    const given = mapped(feeds, toTensor);
    const wanted = mapped(fetches, (number) => (number === null ? null : held.get(number)));
    const results = await sessions.get(session).run(given, wanted);
    const kept = Object.entries(results);
    for (const [name, tensor] of kept) if (fetches[name] !== null) held.set(fetches[name], tensor);
    const outputs = Object.fromEntries(
      kept.filter(([name]) => fetches[name] === null).map(([name, tensor]) => [name, fromTensor(tensor)]),
    );
    const lent = Object.fromEntries(
      Object.entries(feeds)
        .filter(([, feed]) => feed.lent)
        .map(([name, { data }]) => [name, data]),
    );
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

function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
