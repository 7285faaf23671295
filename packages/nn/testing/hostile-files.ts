// Hostile model files, made from a seed: real models changed at the level of the protocol buffer or of its bytes, and
// files that are built to make a reader crash, hang, take all memory, or read what it should not.
import type { Message } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GraphProto, ModelProto, NodeProto, TensorProto } from "../src/graph/proto/onnx_pb.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from "../src/graph/proto/onnx_pb.ts";
import type { Layer, Rng } from "../src/index.ts";
import {
  avgPool2d,
  batchNorm,
  buildGraph,
  cast,
  concat,
  constant,
  constantParameters,
  conv2d,
  dynamicQuantizeLinear,
  encodeOnnx,
  evaluationContext,
  flatten,
  gather,
  gelu,
  input,
  labelEncoder,
  layerNorm,
  linear,
  lstm,
  matMulInteger,
  maxPool2d,
  mul,
  multiHeadAttention,
  oneHot,
  reduceMean,
  relu,
  reshape,
  resize,
  rng,
  scan,
  sequential,
  topK,
} from "../src/index.ts";
import { file, int64, node, tensor } from "./onnx-files.ts";

export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** No reader may open it: it names files, or asks for what no machine has. */
  readonly neverOpens?: true;
}

const ofLayer = (layer: Layer, shape: readonly (number | string)[]): Uint8Array => {
  const parameters = layer.init(shape, rng(5));
  const y = layer.apply(constantParameters(parameters), input("x", "float32", shape), evaluationContext());
  return encodeOnnx(buildGraph({ y }));
};

/** Small models of every kind that is written here. */
function realModels(): readonly Uint8Array[] {
  const x = input("x", "float32", ["N", 4, 2]);
  const age = input("age", "float64", ["N", 1]);
  const city = input("city", "string", ["N", 1]);
  const code = labelEncoder(city, { keys: ["Bonn", "Köln"], values: [1n, 2n], default: 0n });
  const hot = reshape(oneHot(code, 3), [-1, 3]);
  const embedded = reshape(gather(constant({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [3, 2] }), code), [-1, 2]);
  const rows = concat([cast(age, "float32"), hot, embedded], 1);
  const quantized = dynamicQuantizeLinear(reshape(x, [-1, 8]));
  const weights = constant({ data: Int8Array.from({ length: 24 }, (_, i) => i - 12), shape: [8, 3] });
  const looped = scan([input("s", "float32", [2])], [input("steps", "float32", ["T", 2])], ([s], [step]) => ({
    states: [mul(s ?? age, step ?? age)],
    outputs: [relu(step ?? age)],
  }));
  return [
    ofLayer(
      sequential(conv2d(4, 3), batchNorm(), relu(), maxPool2d(2), conv2d(3, 2), avgPool2d(2), flatten(), linear(3)),
      ["N", 2, 12, 12],
    ),
    ofLayer(sequential(layerNorm(), multiHeadAttention(2) as unknown as Layer, gelu(), linear(2)), ["N", 5, 4]),
    ofLayer(lstm(3), [2, 4, 5]),
    encodeOnnx(buildGraph({ rows })),
    encodeOnnx(buildGraph({ y: matMulInteger(quantized.quantized, weights, quantized.zeroPoint) })),
    encodeOnnx(buildGraph({ last: looped.states[0] ?? x, y: looped.outputs[0] ?? x })),
    encodeOnnx(
      buildGraph({
        v: topK(x, 2).values,
        m: reduceMean(resize(reshape(x, ["N", 1, 4, 2]), { sizes: [8, 4] }), [2, 3]),
      }),
    ),
  ];
}

const extremes = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  65n,
  4096n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const floats = [0, -0, 1, -1, 1e-45, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const operators = [
  "Add",
  "Cast",
  "Concat",
  "Conv",
  "ConvTranspose",
  "Expand",
  "Gather",
  "GatherND",
  "Gemm",
  "Identity",
  "If",
  "Loop",
  "LSTM",
  "MatMul",
  "MaxPool",
  "NonZero",
  "OneHot",
  "Pad",
  "Range",
  "ReduceSum",
  "Reshape",
  "Resize",
  "Scan",
  "ScatterND",
  "Shape",
  "Slice",
  "Softmax",
  "Split",
  "Squeeze",
  "StringNormalizer",
  "Tile",
  "TopK",
  "Transpose",
  "Unsqueeze",
  "Where",
];

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "$typeName" in value;

/** Every message in a model, itself the first. */
function messagesOf(root: Message): readonly Message[] {
  const found = [root];
  for (let i = 0; i < found.length; i++) {
    for (const value of Object.values(found[i] as object)) {
      if (isMessage(value)) found.push(value);
      else if (Array.isArray(value) && isMessage(value[0])) found.push(...value);
      else if (typeof value === "object" && value !== null && "case" in value && isMessage(value.value))
        found.push(value.value);
    }
  }
  return found;
}

/** Changes one thing in a model. */
function change(model: ModelProto, random: Rng): void {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  const message = pick(messagesOf(model)) as unknown as Record<string, unknown>;
  const names = (model.graph?.node ?? []).flatMap((own) => [...own.input, ...own.output]);
  const keys = Object.keys(message).filter((key) => !key.startsWith("$"));
  if (keys.length === 0) return;
  const key = pick(keys);
  const value = message[key];
  const other = (old: unknown): unknown => {
    if (typeof old === "bigint") return pick(extremes);
    if (typeof old === "number")
      return pick([() => random.integer(30), () => Number(BigInt.asIntN(32, pick(extremes))), () => pick(floats)])();
    if (typeof old === "boolean") return !old;
    if (typeof old !== "string") return old;
    return pick([pick(names), pick(operators), "", "?", "__proto__", `${old}x`, "a".repeat(300)]);
  };
  if (value instanceof Uint8Array) {
    const changed = random.integer(2) === 0 ? value.slice(0, random.integer(value.length + 1)) : Uint8Array.from(value);
    if (changed.length > 0) changed[random.integer(changed.length)] = random.integer(256);
    message[key] = changed;
  } else if (Array.isArray(value)) {
    const at = random.integer(Math.max(1, value.length));
    const ways: (() => void)[] = [
      () => value.splice(at, 1),
      () => value.splice(at, 0, ...value.slice(at, at + 1)),
      () => value.splice(at, 1, other(value[at])),
      () => value.push(...value),
      () => value.reverse(),
    ];
    if (value.length > 0) pick(ways)();
  } else if (isMessage(value)) delete message[key];
  else message[key] = other(value);
  // A number that no float32 holds, or that no int32 does, is not written.
  if (typeof message[key] === "number" && key !== "f" && !Number.isSafeInteger(message[key])) message[key] = 1;
}

/** A real model with some changes; undefined where these cannot be written down. */
function changed(model: Uint8Array, random: Rng): Uint8Array | undefined {
  const proto = fromBinary(ModelProtoSchema, model);
  for (let left = 1 + random.integer(3); left > 0; left--) change(proto, random);
  try {
    return toBinary(ModelProtoSchema, proto);
  } catch {
    return undefined;
  }
}

function damaged(model: Uint8Array, random: Rng): Uint8Array {
  const bytes = Uint8Array.from(model);
  if (random.integer(3) === 0) return bytes.slice(0, random.integer(bytes.length));
  for (let left = 1 + random.integer(8); left > 0; left--) bytes[random.integer(bytes.length)] = random.integer(256);
  return bytes;
}

/** `count` files from a seed: a third of each kind, and the attacks. */
export function hostileFiles(seed: number, count: number, canary: string): readonly HostileFile[] {
  const random = rng(seed);
  const models = realModels();
  const files: HostileFile[] = [...attacks(canary)];
  for (let i = 0; files.length < count; i++) {
    const model = models[i % models.length] as Uint8Array;
    const bytes = i % 3 === 2 ? damaged(model, random) : changed(model, random);
    if (bytes !== undefined) files.push({ name: `${i % 3 === 2 ? "damaged" : "changed"} ${i}`, bytes });
  }
  return files;
}

function external(location: string, more: Readonly<Record<string, string>> = {}): Partial<TensorProto> {
  const externalData = Object.entries({ location, ...more }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return { dataType: 1, dataLocation: TensorProto_DataLocation.EXTERNAL, externalData };
}

const outer = (graph: GraphProto, fields: Partial<ModelProto> = {}): Uint8Array => {
  const model = fromBinary(ModelProtoSchema, file({ nodes: [] }));
  return toBinary(ModelProtoSchema, Object.assign(model, { graph }, fields));
};
const graphOf = (bytes: Uint8Array): GraphProto => fromBinary(ModelProtoSchema, bytes).graph as GraphProto;
const relay = graphOf(file({ nodes: [node("Relu", ["x"], ["y"])] }));

function nested(depth: number): GraphProto {
  let inner = create(GraphProtoSchema, { name: "innermost", output: relay.output, node: [node("Relu", ["x"], ["y"])] });
  for (let i = 0; i < depth; i++) {
    const branch = node("If", ["c"], ["y"], { then_branch: inner, else_branch: relay });
    inner = create(GraphProtoSchema, { name: `g${i}`, output: relay.output, node: [branch] });
  }
  return Object.assign(create(GraphProtoSchema), relay, {
    node: inner.node,
    initializer: [tensor("c", [], { dataType: 9, rawData: Uint8Array.of(1) })],
  });
}

/** Files that each try one thing. */
function attacks(canary: string): readonly HostileFile[] {
  const never = (name: string, bytes: Uint8Array): HostileFile => ({ name, bytes, neverOpens: true });
  const weight = (fields: Partial<TensorProto>, dims: readonly number[] = [2, 3]): Uint8Array =>
    file({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [tensor("w", dims, fields)] });
  const one = (nodes: readonly NodeProto[], initializers: readonly TensorProto[] = [], version = 21): Uint8Array =>
    file({ nodes, initializers, version });
  const scalar = (name: string, value: number | bigint): TensorProto =>
    tensor(name, [], { dataType: 7, int64Data: [BigInt(value)] });
  const truth = tensor("true", [], { dataType: 9, rawData: Uint8Array.of(1) });
  const secret = tensor("w", [2, 3], external(canary));
  const loopBody = create(GraphProtoSchema, {
    name: "body",
    input: relay.input.map((own) => Object.assign(create(GraphProtoSchema).input, own)).slice(0, 0),
    output: relay.output,
    node: [node("Identity", ["x"], ["y"])],
  });
  const withNodes = (nodes: readonly NodeProto[]): GraphProto =>
    Object.assign(create(GraphProtoSchema), relay, { node: nodes });
  const inFunction = create(FunctionProtoSchema, {
    name: "F",
    domain: "own",
    input: ["a"],
    output: ["b"],
    node: [node("Constant", [], ["w"], { value: secret }), node("MatMul", ["a", "w"], ["b"])],
  });
  const sparse = create(SparseTensorProtoSchema, {
    values: secret,
    indices: int64("i", 0, 1, 2, 3, 4, 5),
    dims: [2n ** 40n],
  });
  const doubling = Array.from({ length: 60 }, (_, i) =>
    node("Concat", [i === 0 ? "x" : `v${i - 1}`, i === 0 ? "x" : `v${i - 1}`], [`v${i}`], { axis: 0 }),
  );
  const ort = new Uint8Array(4096);
  ort.set(new TextEncoder().encode("ORTM"), 4);
  const refs = create(AttributeProtoSchema, { name: "to", refAttrName: "to", type: AttributeProto_AttributeType.INT });

  return [
    ...[
      canary,
      `./${canary}`,
      `../${canary}`,
      "/etc/passwd",
      "/proc/self/environ",
      "C:\\secret",
      "..\\secret",
      "",
      "*/_ORT_MEM_ADDR_/*",
      "file:///etc/passwd",
      `${canary}\0`,
    ].map((location) =>
      never(`external data in ${JSON.stringify(location)}`, weight(external(location, { offset: "0", length: "24" }))),
    ),
    never("external data without a location flag", weight({ dataType: 1, externalData: secret.externalData })),
    never("external data beside raw data", weight({ ...external(canary), rawData: new Uint8Array(24) })),
    never(
      "external data in a Constant",
      one([node("Constant", [], ["w"], { value: secret }), node("MatMul", ["x", "w"], ["y"])]),
    ),
    never(
      "external data in a branch",
      outer(
        withNodes([
          node("Constant", [], ["c"], { value: truth }),
          node("If", ["c"], ["y"], {
            then_branch: create(GraphProtoSchema, {
              name: "t",
              output: relay.output,
              node: [node("MatMul", ["x", "w"], ["y"])],
              initializer: [secret],
            }),
            else_branch: create(GraphProtoSchema, {
              name: "e",
              output: relay.output,
              node: [node("Relu", ["x"], ["y"])],
            }),
          }),
        ]),
      ),
    ),
    never(
      "external data in a function",
      outer(withNodes([Object.assign(node("F", ["x"], ["y"]), { domain: "own" })]), { functions: [inFunction] }),
    ),
    never(
      "external data in a sparse tensor",
      outer(Object.assign(create(GraphProtoSchema), relay, { sparseInitializer: [sparse] })),
    ),
    never(
      "the address of another file twice",
      weight({ ...external(canary), externalData: [...secret.externalData, ...secret.externalData] }),
    ),
    never(
      "a tensor with more elements than bytes",
      weight({ dataType: 1, rawData: new Uint8Array(8) }, [2 ** 30, 2 ** 30]),
    ),
    never("a tensor of texts that are not there", weight({ dataType: 8 }, [2 ** 40])),
    never("a tensor of negative size", weight({ dataType: 1 }, [-1, -1])),
    never("a tensor of sizes that overflow", weight({ dataType: 1 }, [2 ** 32, 2 ** 32, 2 ** 32])),
    never("a tensor with half an element", weight({ dataType: 1, rawData: new Uint8Array(23) })),
    never(
      "ConstantOfShape of terabytes",
      one([node("ConstantOfShape", ["n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("n", 2 ** 20, 2 ** 20)]),
    ),
    never(
      "ConstantOfShape of gigabytes",
      one([node("ConstantOfShape", ["n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("n", 2 ** 29)]),
    ),
    never(
      "Expand of a constant",
      one(
        [node("Expand", ["k", "n"], ["b"]), node("ReduceMax", ["b"], ["y"])],
        [int64("k", 1), int64("n", 2 ** 28, 8)],
      ),
    ),
    never(
      "Tile of a constant",
      one([node("Tile", ["k", "n"], ["b"]), node("ReduceMax", ["b"], ["y"])], [int64("k", 1), int64("n", 2 ** 30)]),
    ),
    {
      name: "Range without an end",
      bytes: one([node("Range", ["a", "b", "c"], ["y"])], [scalar("a", 0), scalar("b", 2n ** 62n), scalar("c", 1)]),
    },
    never("Pad by gigabytes", one([node("Pad", ["x", "p"], ["y"])], [int64("p", 0, 0, 0, 0, 0, 2 ** 31)])),
    never(
      "OneHot of a depth",
      one(
        [node("OneHot", ["i", "d", "v"], ["b"]), node("ReduceMax", ["b"], ["y"])],
        [int64("i", 1), scalar("d", 2 ** 30), int64("v", 0, 1)],
      ),
    ),
    never("graphs in graphs, a hundred deep", outer(nested(100))),
    never(
      "a million nodes",
      outer(withNodes(Array.from({ length: 140_000 }, (_, i) => node("Relu", ["x"], [`v${i}`])))),
    ),
    never(
      "a tensor with a thousand axes",
      weight({ dataType: 1, rawData: new Uint8Array(4) }, new Array(1000).fill(1)),
    ),
    never("ONNX Runtime's own format", ort),
    never("nothing", new Uint8Array()),
    never("an output of int4", one([node("Cast", ["x"], ["y"], { to: 22 })])),
    never("fewer parts than outputs", one([node("Split", ["x"], ["y", "b", "c"], { axis: 1, num_outputs: 2 })])),
    {
      name: "fewer parts than outputs, in a branch",
      bytes: outer(
        withNodes([
          node("Constant", [], ["c"], { value: truth }),
          node("If", ["c"], ["y"], {
            then_branch: create(GraphProtoSchema, {
              name: "t",
              output: relay.output,
              node: [node("Split", ["x"], ["y", "b", "q"], { num_outputs: 2 })],
            }),
            else_branch: create(GraphProtoSchema, {
              name: "e",
              output: relay.output,
              node: [node("Relu", ["x"], ["y"])],
            }),
          }),
        ]),
      ),
    },
    {
      name: "a loop without an end",
      bytes: outer(
        Object.assign(create(GraphProtoSchema), relay, {
          node: [node("Loop", ["", "true", "x"], ["y"], { body: loopBody })],
          initializer: [truth],
        }),
      ),
    },
    { name: "sizes that double", bytes: one([...doubling, node("Relu", ["v59"], ["y"])]) },
    {
      name: "a hundred thousand nodes of one name",
      bytes: outer(
        withNodes(
          Array.from({ length: 100_000 }, (_, i) =>
            Object.assign(node("Relu", [i === 0 ? "x" : `v${i - 1}`], [i === 99_999 ? "y" : `v${i}`]), {
              name: "same",
            }),
          ),
        ),
      ),
    },
    {
      name: "a function that calls itself",
      bytes: outer(withNodes([Object.assign(node("F", ["x"], ["y"]), { domain: "own" })]), {
        functions: [
          create(FunctionProtoSchema, {
            name: "F",
            domain: "own",
            input: ["a"],
            output: ["b"],
            node: [Object.assign(node("F", ["a"], ["b"]), { domain: "own" })],
          }),
        ],
      }),
    },
    {
      name: "an attribute by reference",
      bytes: outer(
        withNodes([create(NodeProtoSchema, { opType: "Cast", input: ["x"], output: ["y"], attribute: [refs] })]),
      ),
    },
    {
      name: "an equation without an end",
      bytes: one([node("Einsum", ["x"], ["y"], { equation: "a".repeat(100_000) })]),
    },
    { name: "a node that reads itself", bytes: one([node("Add", ["x", "y"], ["y"])]) },
    { name: "an output that is the input", bytes: file({ nodes: [], outputs: ["x"] }) },
    {
      name: "a slice of an empty tensor",
      bytes: one(
        [node("Slice", ["e", "a", "n"], ["s"]), node("Reshape", ["x", "s"], ["y"])],
        [tensor("e", [2 ** 30, 0], { dataType: 7 }), int64("a", 0), int64("n", 2 ** 30)],
      ),
    },
    ...extremes.flatMap((value): HostileFile[] => {
      const [k, filters] = [Number(value), tensor("f", [3, 4, 1], { dataType: 1, rawData: new Uint8Array(48) })];
      if (!Number.isSafeInteger(k)) return [];
      return [
        {
          name: `pooling by ${k}`,
          bytes: one([node("MaxPool", ["x"], ["y"], { kernel_shape: [k], strides: [k], pads: [k, k] })]),
        },
        {
          name: `convolution by ${k}`,
          bytes: one([node("Conv", ["x", "f"], ["y"], { dilations: [k], strides: [k], group: k })], [filters]),
        },
        {
          name: `splits of ${k}`,
          bytes: one([node("Split", ["x", "s"], ["y", "z"], { axis: 1 })], [int64("s", k, 4 - k)]),
        },
        {
          name: `axis ${k}`,
          bytes: one([node("Concat", ["x", "x"], ["c"], { axis: k }), node("Softmax", ["c"], ["y"], { axis: k })]),
        },
        { name: `shape ${k}`, bytes: one([node("Reshape", ["x", "s"], ["y"])], [int64("s", k, -1)]) },
        { name: `gather ${k}`, bytes: one([node("Gather", ["x", "s"], ["y"], { axis: 1 })], [int64("s", k)]) },
        { name: `top ${k}`, bytes: one([node("TopK", ["x", "s"], ["y", "i"], { axis: 1 })], [int64("s", k)]) },
        {
          name: `scatter ${k}`,
          bytes: one(
            [node("ScatterElements", ["x", "i", "u"], ["y"], { axis: 1 })],
            [
              tensor("i", [1, 1, 1], { dataType: 7, int64Data: [value] }),
              tensor("u", [1, 1, 1], { dataType: 1, rawData: new Uint8Array(4) }),
            ],
          ),
        },
        {
          name: `depth to space ${k}`,
          bytes: one(
            [node("Unsqueeze", ["x", "a"], ["u"]), node("DepthToSpace", ["u"], ["y"], { blocksize: k })],
            [int64("a", 3)],
          ),
        },
        { name: `resize ${k}`, bytes: one([node("Resize", ["x", "", "", "s"], ["y"])], [int64("s", 1, 4, k)]) },
      ];
    }),
  ];
}
