// The session suite: every runtime runs the same one.
import { describe, expect, test } from "vitest";
import type { Graph, Session, SessionOptions, TensorData } from "../src/index.ts";
import {
  add,
  buildGraph,
  cast,
  concat,
  constant,
  countRuns,
  div,
  encodeOnnx,
  gather,
  gradients,
  input,
  isNaN as isMissing,
  labelEncoder,
  mul,
  NnError,
  oneHot,
  reduceSum,
  reshape,
  splitAt,
  splitWords,
  stringConcat,
  sub,
  where,
} from "../src/index.ts";

/** Raw doubles and strings to features, as a fitted feature pipeline has them. */
function featureGraph(): Graph {
  const age = input("age", "float64", ["N", 1]);
  const city = input("city", "string", ["N", 1]);
  const missing = isMissing(age);
  const scaled = div(sub(where(missing, 40, age), 38.5), constant({ data: Float64Array.of(2), shape: [1] }));
  const code = labelEncoder(city, { keys: ["Bonn", "Köln"], values: [1n, 2n], default: 0n });
  const table = constant({ data: Float32Array.of(0, 0, 1, 2, 3, 4), shape: [3, 2] });
  const hot = reshape(oneHot(code, 3), [-1, 3]);
  const embedded = reshape(gather(table, code), [-1, 2]);
  const features = concat([cast(scaled, "float32"), cast(missing, "float32"), hot, add(mul(embedded, 2), 1)], 1);
  return buildGraph({ features }, { name: "features" });
}

type Create = (model: Uint8Array | Graph, options?: SessionOptions) => Promise<Session>;

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof NnError) return error.code;
    throw error;
  }
  return "no error";
}

const vector = (...values: number[]): TensorData => ({ data: Float32Array.from(values), shape: [values.length] });

export function sessionSuite(runtime: string, createSession: Create): void {
  describe(`a session on ${runtime}`, () => {
    test("takes and gives float16 as Float32Array, rounded", async () => {
      const x = input("x", "float16", ["N"]);
      const session = await createSession(buildGraph({ y: cast(mul(cast(x, "float32"), 2), "float16") }));
      expect(session.inputs).toEqual([{ name: "x", dtype: "float16", shape: ["N"] }]);
      const { y } = await session.run({ x: vector(1, 1 / 3, -1e5, 2 ** -26) });
      // A third is 0.333251953125 in float16.
      expect(y).toEqual(vector(2, 0.66650390625, Number.NEGATIVE_INFINITY, 0));
      expect(y?.data instanceof Float32Array).toBe(true);
      const doubles = { data: Float64Array.of(1), shape: [1] };
      expect(await codeOf(() => session.run({ x: doubles }))).toBe("session-feed-invalid");
      await session.close();
    });

    test("runs a feature pipeline on raw doubles and strings", async () => {
      const session = await createSession(encodeOnnx(featureGraph(), { metadata: { signature: "raw rows" } }));
      expect(session.inputs).toEqual([
        { name: "age", dtype: "float64", shape: ["N", 1] },
        { name: "city", dtype: "string", shape: ["N", 1] },
      ]);
      const result = await session.run({
        age: { data: Float64Array.of(42.5, Number.NaN), shape: [2, 1] },
        city: { data: ["Köln", "Paris"], shape: [2, 1] },
      });
      expect(result.features?.shape).toEqual([2, 7]);
      expect([...(result.features?.data ?? [])]).toEqual([2, 0, 0, 0, 1, 7, 9, 0.75, 1, 1, 0, 0, 1, 1]);
      await session.close();
    });

    test("keeps element types: bool, int64, float64, string", async () => {
      const x = input("x", "float64", ["N"]);
      const text = labelEncoder(cast(x, "float32"), { keys: [1], values: ["one"], default: "other" });
      const session = await createSession(
        buildGraph({ missing: isMissing(x), whole: cast(x, "int64"), double: mul(x, 0.1), text }),
      );
      const result = await session.run({ x: { data: Float64Array.of(1, 7), shape: [2] } });
      expect(result.missing).toEqual({ data: Uint8Array.of(0, 0), shape: [2], dtype: "bool" });
      expect(result.whole?.data).toEqual(BigInt64Array.of(1n, 7n));
      expect(result.double?.data).toEqual(Float64Array.of(1 * 0.1, 7 * 0.1));
      expect([...(result.text?.data ?? [])]).toEqual(["one", "other"]);
      await session.close();
    });

    test("counts runs of words in texts of several lines and of any length", async () => {
      const text = input("text", "string", ["N", 1]);
      const lines = stringConcat(splitAt(text, "\n", 1), constant([" ."]));
      const words = reshape(splitWords(lines, 3), ["N", -1]);
      const ids = labelEncoder(words, { keys: ["not", "good"], values: [0n, 1n], default: -1n });
      const counts = countRuns(ids, [[0n, 1n], [1n], [0n]]);
      expect(counts.shape).toEqual(["N", 3]);
      const session = await createSession(buildGraph({ counts }));
      const texts = ["not good", "good  good not", "not\ngood", "", "a b c not good", "\n\ngood"];
      const { counts: all } = await session.run({ text: { data: texts, shape: [texts.length, 1] } });
      expect([...(all?.data ?? [])]).toEqual([1, 1, 1, 0, 2, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const { counts: one } = await session.run({ text: { data: ["not good"], shape: [1, 1] } });
      expect([...(one?.data ?? [])]).toEqual([1, 1, 1]);
      await session.close();
    });

    test("runs dictionaries between all element types, with a missing key of its own", async () => {
      const text = input("text", "string", ["N"]);
      const number = input("number", "float64", ["N"]);
      const keys = ["a", "b"];
      const session = await createSession(
        buildGraph({
          textToId: labelEncoder(text, { keys, values: [1n, 2n], default: -1n }),
          textToNumber: labelEncoder(text, { keys, values: [0.5, 1.5], default: -1 }),
          textToText: labelEncoder(text, { keys, values: ["A", "B"], default: "?" }),
          numberToId: labelEncoder(number, { keys: [1.5, Number.NaN], values: [1n, 2n], default: 0n }),
          numberToNumber: labelEncoder(number, { keys: [1.5], values: [0.1], default: 9 }),
          numberToText: labelEncoder(number, { keys: [1.5], values: ["one and a half"], default: "" }),
          floatToId: labelEncoder(cast(number, "float32"), { keys: [1.5], values: [7n], default: 0n }),
          idToText: labelEncoder(cast(number, "int64"), { keys: [1n], values: ["one"], default: "?" }),
        }),
      );
      const result = await session.run({
        text: { data: ["b", "c"], shape: [2] },
        number: { data: Float64Array.of(1.5, Number.NaN), shape: [2] },
      });
      const lists = Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, [...data]]));
      expect({ ...lists, idToText: lists.idToText?.[0] }).toEqual({
        textToId: [2n, -1n],
        textToNumber: [1.5, -1],
        textToText: ["B", "?"],
        numberToId: [1n, 2n],
        numberToNumber: [0.1, 9],
        numberToText: ["one and a half", ""],
        floatToId: [7n, 0n],
        idToText: "one",
      });
      await session.close();
    });

    test("trains: the state goes from step to step", async () => {
      const [w, x] = [input("w", "float32", [2]), input("x", "float32", [2])];
      const error = sub(w, x);
      const loss = reduceSum(mul(error, error));
      const [slope] = gradients(loss, [w]);
      const session = await createSession(buildGraph({ next: sub(w, mul(slope ?? w, 0.25)), loss }));
      const state = session.newState({ w: "next" }, { w: vector(0, 0) });
      const losses: number[] = [];
      for (let i = 0; i < 4; i++) {
        const { outputs } = await session.step(state, { x: vector(4, 8) });
        losses.push(Number(outputs.loss?.data[0]));
      }
      expect(losses).toEqual([80, 20, 5, 1.25]);
      expect((await state.read()).w).toEqual(vector(3.75, 7.5));
      expect((await state.readPrevious()).w).toEqual(vector(3.5, 7));
      state.write({ w: vector(4, 8) });
      expect(Number((await session.step(state, { x: vector(4, 8) })).outputs.loss?.data[0])).toBe(0);
      await session.close();
    });

    test("takes runs that overlap one after another", async () => {
      const session = await createSession(buildGraph({ y: mul(input("x", "float32", ["N"]), 2) }));
      const results = await Promise.all([1, 2, 3].map((value) => session.run({ x: vector(value) })));
      expect(results.map(({ y }) => y?.data[0])).toEqual([2, 4, 6]);
      await session.close();
    });

    test.each<[string, Record<string, TensorData>]>([
      ["a missing input", { a: vector(1, 2) }],
      ["an unknown input", { a: vector(1, 2), b: vector(1, 2), c: vector(1) }],
      ["another element type", { a: vector(1, 2), b: { data: Float64Array.of(1, 2), shape: [2] } }],
      ["another rank", { a: vector(1, 2), b: { data: Float32Array.of(1, 2), shape: [1, 2] } }],
      ["two sizes for one name", { a: vector(1, 2), b: vector(1, 2, 3) }],
      ["a name of Object.prototype", { a: vector(1, 2), toString: vector(1, 2) }],
    ])("refuses %s", async (_, feeds) => {
      const session = await createSession(
        buildGraph({ y: add(input("a", "float32", ["N"]), input("b", "float32", ["N"])) }),
      );
      expect(await codeOf(() => session.run(feeds))).toBe("session-feed-invalid");
      await session.close();
    });

    test("says when the model cannot be loaded or run, and after it is closed", async () => {
      expect(await codeOf(() => createSession(Uint8Array.of(1, 2, 3)))).toBe("session-create-failed");
      const ids = input("ids", "int64", ["N"]);
      const session = await createSession(buildGraph({ y: gather(constant([1, 2]), ids) }));
      const feeds = { ids: { data: BigInt64Array.of(5n), shape: [1] } };
      expect(await codeOf(() => session.run(feeds))).toBe("session-run-failed");
      await session.close();
      await session.close();
      expect(await codeOf(() => session.run(feeds))).toBe("session-closed");
    });
  });
}
