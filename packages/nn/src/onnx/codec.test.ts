// Encoding and decoding: what is encoded comes back equal; hostile and broken files give clear errors.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor, TensorData } from "../index.ts";
import {
  add,
  buildGraph,
  cast,
  clip,
  concat,
  constant,
  decodeModel,
  decodeOnnx,
  encodeOnnx,
  equalGraphs,
  gather,
  identity,
  input,
  labelEncoder,
  layerNormalization,
  matMul,
  mul,
  NnError,
  reduceSum,
  relu,
  reshape,
  softmax,
  split,
  sub,
  transpose,
  verify,
  where,
} from "../index.ts";
import type { ModelProto } from "./proto/onnx_pb.ts";
import { ModelProtoSchema, TensorProtoSchema } from "./proto/onnx_pb.ts";

/** Operations that keep a float32 [N, 3] tensor's type. */
const operations: readonly ((x: Tensor, y: Tensor, data: readonly number[]) => Tensor)[] = [
  (x, y) => add(x, y),
  (x, y) => sub(mul(x, 2), y),
  (x) => relu(x),
  (x) => softmax(x, 1),
  (x) => clip(x, -1),
  (x, _, data) => mul(x, constant({ data: Float32Array.from(data), shape: [3] })),
  (x, _, data) => matMul(x, constant({ data: Float32Array.from([...data, ...data, ...data]), shape: [3, 3] })),
  (x) => transpose(transpose(x)),
  (x) => identity(x, "named"),
  (x) => cast(cast(x, "float64"), "float32"),
  (x, y) =>
    reshape(concat([x, y], 1), ["N", 6]).shape.length === 2 ? (split(concat([x, y], 1), [3, 3], 1)[1] as Tensor) : x,
  (x, _, data) => layerNormalization(x, constant(data), undefined, { epsilon: 1e-3 }),
  (x) => mul(x, reduceSum(x, 1, { keepDims: true })),
  (x) => where(constant({ data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" }), x, 0),
  (x) => gather(x, constant([2n, 0n, 1n]), 1),
];

const graphs = fc
  .record({
    steps: fc.array(
      fc.record({
        operation: fc.nat(operations.length - 1),
        left: fc.nat(50),
        right: fc.nat(50),
        data: fc.array(fc.float({ noDefaultInfinity: false }), { minLength: 3, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    name: fc.string(),
    outputs: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ steps, name, outputs }) => {
    const values = [input("x", "float32", ["N", 3]), input("y", "float32", ["N", 3])];
    for (const { operation, left, right, data } of steps) {
      const pick = (i: number): Tensor => values[i % values.length] as Tensor;
      values.push((operations[operation] as (typeof operations)[number])(pick(left), pick(right), data));
    }
    const named = values.slice(-outputs).map((tensor, i) => [`out ${i}`, tensor] as const);
    return buildGraph(Object.fromEntries(named), { name });
  });

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof NnError) {
      expect(error.message.length).toBeGreaterThan(10);
      expect(error.fix.length).toBeGreaterThan(5);
      return error.code;
    }
    throw error;
  }
  return "no error";
}

function changed(change: (model: ModelProto) => void): Uint8Array {
  const x = input("x", "float32", ["N", 2]);
  const bytes = encodeOnnx(buildGraph({ y: add(x, constant({ data: Float32Array.of(1, 2), shape: [2] })) }));
  const model = fromBinary(ModelProtoSchema, bytes);
  change(model);
  return toBinary(ModelProtoSchema, model);
}

describe("a decoded graph", () => {
  test("equals the encoded one", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const bytes = encodeOnnx(graph);
        const back = decodeOnnx(bytes);
        verify(back);
        expect(equalGraphs(back, graph)).toBe(true);
        expect(encodeOnnx(back)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test("keeps every element type, empty tensors and unsafe integers", () => {
    const constants: readonly TensorData[] = [
      { data: Float32Array.of(Number.NaN, -0), shape: [2] },
      { data: Float64Array.of(1e-300), shape: [] },
      { data: BigInt64Array.of(2n ** 62n, -1n), shape: [1, 2] },
      { data: Int32Array.of(-5), shape: [1] },
      { data: Uint8Array.of(0, 255), shape: [2] },
      { data: Int8Array.of(-128), shape: [1] },
      { data: Uint8Array.of(1, 0), shape: [2], dtype: "bool" },
      { data: ["", "ä𝄞", "\u0000"], shape: [3] },
      { data: new Float32Array(0), shape: [0, 4] },
    ];
    const graph = buildGraph(Object.fromEntries(constants.map((data, i) => [`c${i}`, constant(data)])));
    const back = decodeOnnx(encodeOnnx(graph));
    expect(equalGraphs(back, graph)).toBe(true);
    // What a file gives is a Buffer, whose slices are no copies.
    expect(equalGraphs(decodeOnnx(Buffer.from(encodeOnnx(graph))), graph)).toBe(true);
    expect(back.constants.map(({ node }) => node.data?.data)).toEqual(constants.map(({ data }) => data));
  });

  test("keeps a dictionary and a loop", () => {
    const text = input("text", "string", ["N"]);
    const code = labelEncoder(text, { keys: ["a", "b"], values: [1n, 2n ** 60n], default: -1n });
    const state = input("each.sum", "float32", [2]);
    const item = input("each.item", "float32", [2]);
    const sum = add(state, item);
    const body = buildGraph({ next: sum, seen: mul(sum, 2) }, { inputs: [state, item] });
    const items = input("items", "float32", [5, 2]);
    const [last, all] = applyAll("Scan", [constant([0, 0]), items], { body, num_scan_inputs: 1 }, 2);
    const graph = buildGraph({ code, last: last as Tensor, all: all as Tensor });
    expect(all?.shape).toEqual([5, 2]);
    expect(equalGraphs(decodeOnnx(encodeOnnx(graph)), graph)).toBe(true);
  });

  test("carries metadata, also under odd keys", () => {
    const graph = buildGraph({ y: relu(input("x", "float32", [1])) });
    const metadata = { signature: "{}", ["__proto__"]: "kept apart" };
    const model = decodeModel(encodeOnnx(graph, { metadata, producerVersion: "1.2.3" }));
    expect(Object.entries(model.metadata)).toEqual(Object.entries(metadata));
    expect(Object.getPrototypeOf(model.metadata)).toBe(Object.prototype);
    expect(model.producerVersion).toBe("1.2.3");
  });
});

describe("a broken file", () => {
  test("of random bytes gives one clear error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => decodeOnnx(bytes))).toBe("model-file-invalid");
      }),
    );
  });

  test("cut or flipped anywhere never fails in another way", () => {
    const x = input("x", "float32", ["N", 2]);
    const scaled = mul(add(x, constant({ data: Float32Array.of(1, 2), shape: [2] })), 3);
    const bytes = encodeOnnx(buildGraph({ y: reshape(scaled, [-1]) }));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const broken = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) broken[at] = value;
        const known = [
          "model-file-invalid",
          "model-data-external",
          "opset-unsupported",
          "op-unknown",
          "model-too-large",
          "no error",
        ];
        expect(known).toContain(codeOf(() => decodeOnnx(broken)));
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string, (model: ModelProto) => void]>([
    [
      "an unknown operator",
      "op-unknown",
      (m) => {
        m.graph!.node[0]!.opType = "toString";
      },
    ],
    [
      "an operator of a foreign domain",
      "op-unknown",
      (m) => {
        m.graph!.node[0]!.domain = "evil";
      },
    ],
    [
      "a missing graph",
      "model-file-invalid",
      (m) => {
        m.graph = undefined;
      },
    ],
    [
      "a later operator set",
      "opset-unsupported",
      (m) => {
        m.opsetImport[0]!.version = 99n;
      },
    ],
    [
      "an older operator set",
      "opset-unsupported",
      (m) => {
        m.opsetImport[0]!.version = 12n;
      },
    ],
    [
      "data in another file",
      "model-data-external",
      (m) => {
        m.graph!.initializer[0]!.dataLocation = 1;
      },
    ],
    [
      "an unknown value",
      "model-file-invalid",
      (m) => {
        m.graph!.node[0]!.input[0] = "nowhere";
      },
    ],
    [
      "a value computed twice",
      "model-file-invalid",
      (m) => {
        m.graph!.node.push(m.graph!.node[0]!);
      },
    ],
    [
      "an output nobody computes",
      "model-file-invalid",
      (m) => {
        m.graph!.output[0]!.name = "z";
      },
    ],
    [
      "short data",
      "model-file-invalid",
      (m) => {
        m.graph!.initializer[0]!.rawData = new Uint8Array(7);
      },
    ],
    [
      "a huge shape",
      "model-file-invalid",
      (m) => {
        m.graph!.initializer[0]!.dims = [2n ** 60n];
      },
    ],
    [
      "a negative size",
      "model-file-invalid",
      (m) => {
        m.graph!.initializer[0]!.dims = [-2n];
      },
    ],
    [
      "an unsupported element type",
      "model-file-invalid",
      (m) => {
        m.graph!.initializer[0]!.dataType = 14;
      },
    ],
    [
      "shapes that do not fit",
      "model-file-invalid",
      (m) => {
        m.graph!.initializer[0] = create(TensorProtoSchema, {
          name: m.graph!.initializer[0]!.name,
          dims: [3n],
          dataType: 1,
          rawData: new Uint8Array(12),
        });
      },
    ],
  ])("with %s is refused", (_, code, change) => {
    expect(codeOf(() => decodeOnnx(changed(change)))).toBe(code);
  });
});

describe("the verifier", () => {
  const x = input("x", "float32", [2]);
  const good = buildGraph({ y: add(relu(x), 1) });

  test("accepts what buildGraph makes and frozen nodes cannot be patched", () => {
    verify(good);
    expect(Object.isFrozen(good.nodes[0])).toBe(true);
    expect(Object.isFrozen(good.nodes[0]?.inputs)).toBe(true);
  });

  test.each([
    ["an order that is not topological", { ...good, nodes: [...good.nodes].reverse() }],
    ["a missing input", { ...good, inputs: [] }],
    ["a missing constant", { ...good, constants: [] }],
    ["a node listed twice", { ...good, nodes: [...good.nodes, ...good.nodes] }],
    [
      "a wrong declared type",
      {
        ...good,
        nodes: good.nodes.map((node) => ({ ...node, outputs: [{ dtype: "float32" as const, shape: [3] }] })),
      },
    ],
    ["an unknown attribute", { ...good, nodes: good.nodes.map((node) => ({ ...node, attributes: { axis: 1 } })) }],
    ["an output without a name", { ...good, outputs: good.outputs.map((output) => ({ ...output, name: "" })) }],
    ["two inputs of one name", { ...good, inputs: [x, input("x", "float32", [2])] }],
  ])("refuses %s", (_, graph) => {
    expect(codeOf(() => verify(graph))).toBe("graph-invalid");
  });

  test("two inputs of one name cannot meet", () => {
    expect(codeOf(() => buildGraph({ y: add(x, input("x", "float32", [2])) }))).toBe("graph-invalid");
  });

  test("a graph of 50,000 nodes in a row is walked without recursion", () => {
    let y: Tensor = x;
    for (let i = 0; i < 50_000; i++) y = apply("Relu", [y]);
    expect(buildGraph({ y }).nodes).toHaveLength(50_000);
  });
});
