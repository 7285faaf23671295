// Opens and runs hostile files in a process of its own: what one does to the process is seen by the test that started
// it. Arguments: seed, number of files, a file's name that must not be read. A line before each file, JSON at the end.
import { readFileSync, writeSync } from "node:fs";
import { allocate } from "../../src/dtype.ts";
import type { Session, TensorData } from "../../src/index.ts";
import { createSession, decodeOnnx, graphCost, NnError, rng } from "../../src/index.ts";
import { checkedModel } from "../../src/runtime/checked-model.ts";
import { hostileFiles } from "./files.ts";

const [seed, count, canary = ""] = process.argv.slice(2);
const random = rng(Number(seed));
const secret = readFileSync(canary);

/** Two for a size that is open, and values at random, odd ones among them. */
function feedsOf(session: Session): Record<string, TensorData> {
  return Object.fromEntries(
    session.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape.map((dim) => (typeof dim === "number" ? dim : 2));
      const size = sizes.reduce((all, dim) => all * dim, 1);
      if (dtype === "string")
        return [name, { data: Array.from({ length: size }, () => "Köln"), shape: sizes }] as const;
      const data = allocate(dtype === "float16" ? "float32" : dtype, size);
      for (let i = 0; i < size; i++) {
        if (data instanceof BigInt64Array) data[i] = BigInt(random.integer(5)) - 1n;
        else data[i] = random.integer(20) === 0 ? Number.NaN : random.normal() * 3;
      }
      return [name, dtype === "bool" ? { data, shape: sizes, dtype } : { data, shape: sizes }] as const;
    }),
  );
}

async function attempt<T>(work: () => Promise<T> | T): Promise<T | NnError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NnError) return error;
    throw error;
  }
}

const tally = { decoded: 0, opened: 0, ran: 0, tried: 0, wrong: [] as string[] };
for (const { name, bytes, neverOpens } of hostileFiles(Number(seed), Number(count), canary)) {
  writeSync(1, `${name.slice(0, 80)}\n`);
  tally.tried++;
  const graph = await attempt(() => decodeOnnx(bytes));
  if (!(graph instanceof NnError)) tally.decoded++;
  const session = await attempt(() => createSession(bytes));
  if (session instanceof NnError) continue;
  tally.opened++;
  if (neverOpens || !(graph instanceof NnError) !== (checkedModel(bytes).doubt === undefined)) tally.wrong.push(name);
  // What others' models are run as: read by the decoder, and of a bounded cost.
  const cost = graph instanceof NnError ? graph : await attempt(() => graphCost(graph, 2));
  if (
    !(cost instanceof NnError) &&
    cost.largestBytes < 2 ** 26 &&
    cost.operations < 2 ** 30 &&
    session.inputs.length > 0
  ) {
    const outputs = await attempt(() => session.run(feedsOf(session)));
    if (!(outputs instanceof NnError)) {
      tally.ran++;
      for (const { data } of Object.values(outputs)) {
        if (ArrayBuffer.isView(data) && Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes(secret))
          tally.wrong.push(name);
      }
    }
  }
  await session.close();
}
writeSync(1, `${JSON.stringify(tally)}\n`);
process.exit(0);
