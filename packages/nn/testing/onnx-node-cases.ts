// ONNX's own node cases (tests/reference/onnx_node_cases.py): what is made of each, beside ONNX's outputs and gradients.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createSession } from "#session";
import { gradients } from "../src/grad/gradients.ts";
import { buildGraph } from "../src/graph/build.ts";
import type { Graph, Tensor } from "../src/graph/node.ts";
import { add, cast, mul } from "../src/graph/operators.ts";
import type { TensorData } from "../src/index.ts";
import { constant, NnError, reduceSum } from "../src/index.ts";
import { decodeOnnx } from "../src/onnx/decode.ts";
import type { GraphProto, ValueInfoProto } from "../src/onnx/proto/onnx_pb.ts";
import { ModelProtoSchema, TensorProtoSchema } from "../src/onnx/proto/onnx_pb.ts";
import { decodeTensor } from "../src/onnx/tensor-proto.ts";

export interface NodeCase {
  readonly name: string;
  /** Base64 of the model, and of one TensorProto an input and output. */
  readonly model: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Relative and absolute. */
  readonly tolerance: readonly [number, number];
  /** d(sum of w · y)/dx by finite differences; null where there is no single slope. Null as a whole: none was found. */
  readonly gradients: Readonly<
    Record<string, { readonly at: readonly number[]; readonly slope: readonly (number | null)[] }>
  > | null;
}

/** One reading of a case: whole numbers among the inputs are fed, or stored in the model, as exporters do, and sizes given or open. */
export interface Verdict {
  /** The code and message of the refusal to read or to run it. */
  readonly refused?: { readonly code: string; readonly message: string };
  /** The refusal of its gradient. */
  readonly withoutGradient?: { readonly code: string; readonly message: string };
  /** Slopes that were compared. */
  readonly slopes: number;
  /** What is wrong: a shape, an output, a slope. */
  readonly wrong: readonly string[];
}

export function readNodeCases(): readonly NodeCase[] {
  const packed = readFileSync(new URL("../src/grad/fixtures/onnx-node-cases.jsonl.gz", import.meta.url));
  return gunzipSync(packed)
    .toString()
    .split("\n")
    .map((line) => JSON.parse(line) as NodeCase);
}

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const floats: ReadonlySet<string> = new Set(["float16", "float32", "float64"]);

function numbers(data: TensorData | undefined): readonly number[] {
  return Array.from((data?.data ?? []) as ArrayLike<number | bigint | string>, Number);
}

/** The largest |found - expected| over what is allowed; infinite where one is not a number and the other is. */
function distance(found: readonly number[], expected: readonly (number | null)[], [rtol, atol]: readonly number[]) {
  const each = expected.map((wanted, i) => {
    const own = found[i];
    if (wanted === null || Object.is(own, wanted) || own === wanted) return 0;
    const off = Math.abs(Number(own) - wanted) / ((atol ?? 0) + (rtol ?? 0) * Math.abs(wanted));
    return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
  });
  return Math.max(0, ...each);
}

/** Inputs that hold floats and are settings all the same. */
const settings: Readonly<Record<string, readonly number[]>> = { Range: [0, 1, 2], Resize: [1, 2] };

/** The model with those of its inputs that are settings or hold no floats stored in it; undefined where there are none. */
export function storedModel(test: NodeCase): Uint8Array | undefined {
  const model = fromBinary(ModelProtoSchema, bytesOf(test.model));
  const inputs = model.graph?.input ?? [];
  const set = new Set(model.graph?.node.flatMap(({ opType, input }) => settings[opType]?.map((i) => input[i])));
  const whole = test.inputs.flatMap((text, i) => {
    const tensor = fromBinary(TensorProtoSchema, bytesOf(text));
    tensor.name = inputs[i]?.name ?? "";
    return [1, 10, 11, 16].includes(tensor.dataType) && !set.has(tensor.name) ? [] : [tensor];
  });
  model.graph?.initializer.push(...whole);
  return whole.length === 0 ? undefined : toBinary(ModelProtoSchema, model);
}

/** The model with its inputs' sizes above 1 as names, equal sizes by one name, and outputs of any size. */
export function openModel(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const shapesOf = (list: readonly ValueInfoProto[]) =>
    list.flatMap(({ type }) => (type?.value.case === "tensorType" ? [type.value.value] : []));
  for (const dim of shapesOf(model.graph?.input ?? []).flatMap(({ shape }) => shape?.dim ?? [])) {
    if (dim.value.case !== "dimValue" || dim.value.value <= 1n) continue;
    dim.value = { case: "dimParam", value: `size${dim.value.value}` };
  }
  for (const tensor of shapesOf(model.graph?.output ?? [])) delete tensor.shape;
  return toBinary(ModelProtoSchema, model);
}

/** The operators of the case's graph, those of the graphs inside it too. */
export function operatorsOf(test: NodeCase): readonly string[] {
  const inside = (graph: GraphProto | undefined): readonly string[] =>
    (graph?.node ?? []).flatMap(({ opType, attribute }) => [opType, ...attribute.flatMap(({ g }) => inside(g))]);
  return inside(fromBinary(ModelProtoSchema, bytesOf(test.model)).graph);
}

const refusal = (error: unknown) => {
  if (error instanceof NnError) return { code: error.code, message: error.message };
  throw error;
};

/** w = sin(1.7 k + 0.3), k counting through the float outputs. */
function weightedSum(outputs: readonly Tensor[], sizes: readonly (readonly number[])[]): Tensor | undefined {
  let k = 0;
  const parts = outputs.flatMap((y, i) => {
    const shape = sizes[i] ?? [];
    if (!floats.has(y.dtype)) return [];
    const count = shape.reduce((a, b) => a * b, 1);
    const list = Array.from({ length: count }, () => Math.sin(1.7 * k++ + 0.3));
    const wide = y.dtype === "float64" ? Float64Array.from(list) : Float32Array.from(list);
    return [reduceSum(mul(y.dtype === "float64" ? y : cast(y, "float32"), constant({ data: wide, shape })))];
  });
  return parts.length === 0 ? undefined : parts.map((part) => cast(part, "float64")).reduce(add);
}

export async function judge(test: NodeCase, model: Uint8Array = bytesOf(test.model)): Promise<Verdict> {
  const expected = test.outputs.map((text) => decodeTensor(fromBinary(TensorProtoSchema, bytesOf(text))));
  const names = fromBinary(ModelProtoSchema, bytesOf(test.model)).graph?.input.map(({ name }) => name) ?? [];
  let graph: Graph;
  try {
    graph = decodeOnnx(model);
  } catch (error) {
    return { refused: refusal(error), slopes: 0, wrong: [] };
  }
  const wrong: string[] = [];
  const own = graph.outputs.map(({ tensor }) => tensor);
  own.forEach(({ shape }, i) => {
    const real = expected[i]?.shape ?? [];
    const fits = real.length === shape.length && shape.every((dim, k) => typeof dim === "string" || dim === real[k]);
    if (!fits) wrong.push(`shape of output ${i}: [${shape}], right is [${real}]`);
  });
  const targets = graph.inputs.filter(({ dtype }) => floats.has(dtype));
  let slopes: readonly Tensor[] = [];
  let withoutGradient: Verdict["withoutGradient"];
  const sizes = expected.map(({ shape }) => shape);
  try {
    const loss = wrong.length === 0 ? weightedSum(own, sizes) : undefined;
    if (loss !== undefined) slopes = gradients(loss, targets);
  } catch (error) {
    withoutGradient = refusal(error);
  }
  const feeds = Object.fromEntries(
    graph.inputs.map(({ node: { name = "" } }) => [
      name,
      decodeTensor(fromBinary(TensorProtoSchema, bytesOf(test.inputs[names.indexOf(name)] as string))),
    ]),
  );
  const run = async (outputs: Readonly<Record<string, Tensor>>): Promise<Record<string, TensorData>> => {
    const session = await createSession(buildGraph(outputs, { inputs: graph.inputs }));
    try {
      return await session.run(feeds);
    } finally {
      await session.close();
    }
  };
  const named = Object.fromEntries(own.map((tensor, i) => [`y:${i}`, tensor] as const));
  let results: Record<string, TensorData>;
  try {
    results = await run({
      ...named,
      ...Object.fromEntries(slopes.map((tensor, i) => [`slope:${i}`, tensor] as const)),
    });
  } catch (error) {
    try {
      results = await run(named);
    } catch (plain) {
      return { refused: refusal(plain), slopes: 0, wrong };
    }
    withoutGradient = refusal(error);
    slopes = [];
  }
  expected.forEach((data, i) => {
    const found = results[`y:${i}`];
    if (Array.isArray(data.data)) {
      if (String(found?.data) !== String(data.data)) wrong.push(`output ${i}`);
      return;
    }
    const [rtol, atol] = test.tolerance;
    const off = distance(
      numbers(found),
      numbers(data),
      own[i]?.dtype === "float16" ? [1e-2, 1e-2] : [rtol, atol + 1e-6],
    );
    if (String(found?.shape) !== String(data.shape))
      wrong.push(`shape of output ${i}: [${found?.shape}], right is [${data.shape}]`);
    else if (off > 1) wrong.push(`output ${i}: ${numbers(found).slice(0, 8)}; right is ${numbers(data).slice(0, 8)}`);
  });
  let compared = 0;
  targets.forEach(({ node: { name = "" }, dtype }, i) => {
    const reference = test.gradients?.[name];
    const found = results[`slope:${i}`];
    if (reference === undefined || found === undefined) return;
    const list = numbers(found);
    const at = reference.at.map((place) => list[place] ?? Number.NaN);
    const off = distance(at, reference.slope, dtype === "float16" ? [3e-2, 3e-2] : [2e-3, 1e-3]);
    compared += reference.slope.filter((slope) => slope !== null).length;
    if (off > 1) wrong.push(`slopes of ${name}: ${at.slice(0, 8)}; right is ${reference.slope.slice(0, 8)}`);
  });
  return { ...(withoutGradient && { withoutGradient }), slopes: compared, wrong };
}
