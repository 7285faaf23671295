// Sessions on bytes of others: what native code would end the process at is refused, what it runs is run.
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { file, int64, node, tensor, x } from "../../testing/onnx-files.ts";
import {
  buildGraph,
  createSession,
  encodeOnnx,
  exp,
  expand,
  input,
  mul,
  type NnError,
  reduceSum,
  scan,
  type Tensor,
} from "../index.ts";
import { ModelProtoSchema } from "../onnx/proto/onnx_pb.ts";
import { checkedModel } from "./checked-model.ts";
import { createSession as createWebSession } from "./session.web.ts";

const refusal = (bytes: Uint8Array): Promise<NnError> =>
  createSession(bytes).then(
    () => expect.fail("it was opened"),
    (error: NnError) => error,
  );

describe("a session on bytes", () => {
  test.each([
    ["an output of uint4", [node("Cast", ["x"], ["y"], { to: 21 })], /output "y" is of the element type uint4/],
    ["an output of float8", [node("Cast", ["x"], ["y"], { to: 17 })], /Unsupported data type: 17/],
    ["an output that is a sequence", [node("SequenceConstruct", ["x", "x"], ["y"])], /output "y" is no tensor/],
    ["fewer parts than outputs", [node("Split", ["x"], ["y", "b", "c"], { axis: 1, num_outputs: 2 })], /SIGABRT|Split/],
    ["a value that nothing computes", [node("Relu", ["z"], ["y"])], /"z"/],
    ["two values of one name", [node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])], /y/],
    ["an operator that does not exist", [node("Frobnicate", ["x"], ["y"])], /Frobnicate/],
    ["an attribute that does not exist", [node("Relu", ["x"], ["y"], { sharpness: 2 })], /sharpness/],
    ["more outputs than the operator has", [node("Relu", ["x"], ["y", "z"])], /Relu/],
  ])("with %s is refused by name", async (_, nodes, message) => {
    const error = await refusal(file({ nodes, version: 21 }));
    expect(error.code).toBe("session-create-failed");
    expect(error.message).toMatch(message);
  });

  test("of ONNX Runtime's own format is refused", async () => {
    const bytes = new Uint8Array(64).fill(1);
    bytes.set(new TextEncoder().encode("ORTM"), 4);
    expect((await refusal(bytes)).code).toBe("session-create-failed");
  });

  test("that the decoder does not read runs as it did: operators of others, branches, functions of sizes", async () => {
    const nodes = [node("NonZero", ["x"], ["at"]), node("Cast", ["at"], ["y"], { to: 1 })];
    const bytes = file({ nodes });
    expect(checkedModel(bytes).doubt?.code).toBe("op-unknown");
    for (const open of [createSession, createWebSession]) {
      const session = await open(bytes);
      const { y } = await session.run({ x });
      expect(y?.shape).toEqual([3, 23]);
      await session.close();
    }
  });

  test("gives the runtime nothing that was not read: fields that no version of ONNX has", async () => {
    const known = file({ nodes: [node("NonZero", ["x"], ["y"])] });
    const hidden = toBinary(ModelProtoSchema, create(ModelProtoSchema, { docString: "ORTM" }));
    // Field 1000, with bytes in it.
    const unknown = Uint8Array.of(0xc2, 0x3e, hidden.length, ...hidden);
    expect(checkedModel(Uint8Array.of(...unknown, ...known)).bytes).toEqual(checkedModel(known).bytes);
  });

  test("of a graph's own loops runs", async () => {
    const steps = input("steps", "float32", ["T", 2]);
    const start = input("start", "float32", [2]);
    const { states } = scan([start], [steps], ([s], [step]) => ({ states: [mul(s ?? start, step ?? start)] }));
    const session = await createSession(encodeOnnx(buildGraph({ y: states[0] ?? start })));
    const feeds = {
      steps: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
      start: { data: Float32Array.of(1, 1), shape: [2] },
    };
    expect((await session.run(feeds)).y?.data).toEqual(Float32Array.of(3, 8));
    await session.close();
  });
});

describe("a file larger than it looks", () => {
  const huge = (count: number, ...part: number[]): Uint8Array => {
    // A graph of many empty parts: two bytes each.
    const inside = new Uint8Array(count * part.length);
    for (let i = 0; i < inside.length; i++) inside[i] = part[i % part.length] as number;
    const length = [
      (inside.length & 127) | 128,
      ((inside.length >> 7) & 127) | 128,
      ((inside.length >> 14) & 127) | 128,
      inside.length >> 21,
    ];
    return new Uint8Array(Buffer.concat([Uint8Array.of(0x3a, ...length), inside]));
  };

  test.each([
    ["two million empty nodes", huge(2 ** 21, 0x0a, 0)],
    ["two million empty tensors", huge(2 ** 21, 0x2a, 0)],
  ])("%s are refused before they are made", async (_, bytes) => {
    expect((await refusal(bytes)).message).toMatch(/holds more parts than are read/);
  });

  test.each([
    [
      "values that constants make at the start",
      [node("ConstantOfShape", ["n"], ["big"]), node("ReduceSum", ["big"], ["y"])],
    ],
    ["a value beyond what is counted", [node("ConstantOfShape", ["n"], ["a"]), node("Tile", ["a", "n"], ["y"])]],
    ["a range", [node("Range", ["zero", "top", "one"], ["y"])]],
    ["padding", [node("Pad", ["x", "pads"], ["y"])]],
  ])("%s are refused", async (_, nodes) => {
    const scalar = (name: string, value: number) => tensor(name, [], { dataType: 7, int64Data: [BigInt(value)] });
    const initializers = [
      int64("n", 2 ** 30),
      int64("pads", 0, 0, 0, 0, 0, 2 ** 31),
      scalar("zero", 0),
      scalar("top", 2 ** 30),
      scalar("one", 1),
    ];
    const error = await refusal(file({ nodes, initializers }));
    expect(error.code).toBe("session-create-failed");
  });
});

describe("a session in a process of its own", () => {
  const graph = buildGraph({ y: mul(input("x", "float32", ["N", 4, 2]), 2) });

  /** Takes 512 MiB and more, and so its time, for what is fed as four bytes. */
  const slow = () => {
    const large = expand(input("x", "float32", [1]), [2 ** 27]);
    return buildGraph({ y: reduceSum(mul(exp(large), large), 0) });
  };

  test("gives what one here gives, and says what is wrong as one here does", async () => {
    const session = await createSession(graph, { process: true });
    const { y } = await session.run({ x });
    expect([...(y?.data ?? [])]).toEqual([...x.data].map((value) => Math.fround(Number(value) * 2)));
    await expect(session.run({})).rejects.toMatchObject({ code: "session-feed-invalid" });
    await session.close();
    await expect(session.run({ x })).rejects.toMatchObject({ code: "session-closed" });
  });

  test("takes inputs by any name", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const [first, second, third] = names.map((name) => input(name, "float32", [1])) as [Tensor, Tensor, Tensor];
    const sum = buildGraph({ sum: mul(mul(first, second), third) });
    const feeds = Object.fromEntries(names.map((name, i) => [name, { data: new Float32Array([i + 2]), shape: [1] }]));
    for (const options of [{ process: true }, {}]) {
      const session = await createSession(sum, options);
      expect([...((await session.run(feeds)).sum?.data ?? [])]).toEqual([24]);
      await session.close();
    }
  });

  test("is refused by name where an output cannot be given under its name; other names of objects can", async () => {
    const doubled = (name: string) => buildGraph(Object.fromEntries([[name, mul(input("v", "float32", [1]), 2)]]));
    const feeds = { v: { data: Float32Array.of(3), shape: [1] } };
    for (const options of [{ process: true }, {}]) {
      await expect(createSession(doubled("__proto__"), options)).rejects.toMatchObject({
        code: "session-create-failed",
        message: expect.stringContaining('"__proto__"'),
      });
      for (const name of ["constructor", "toString", "hasOwnProperty"]) {
        const session = await createSession(doubled(name), options);
        expect([...((await session.run(feeds))[name]?.data ?? [])]).toEqual([6]);
        const { outputs } = await session.step(session.newState({}, {}), feeds);
        expect([...(outputs[name]?.data ?? [])]).toEqual([6]);
        await session.close();
      }
    }
  });

  test("is ended where a run takes too long, and stays so", async () => {
    const session = await createSession(slow(), { process: { runTimeoutMs: 20 } });
    const feeds = { x: { data: Float32Array.of(1), shape: [1] } };
    await expect(session.run(feeds)).rejects.toMatchObject({
      code: "session-ended",
      message: expect.stringMatching(/longer than 20 ms/),
    });
    await expect(session.run(feeds)).rejects.toMatchObject({ code: "session-ended" });
    await session.close();
  });

  test("is ended where it takes too much memory, as far as the system tells", async () => {
    if (process.platform !== "linux") return;
    const session = await createSession(slow(), { process: { memoryBytes: 2 ** 28 } });
    const run = session.run({ x: { data: Float32Array.of(1), shape: [1] } });
    await expect(run).rejects.toMatchObject({ code: "session-ended", message: expect.stringMatching(/MiB/) });
    await session.close();
  });
});
