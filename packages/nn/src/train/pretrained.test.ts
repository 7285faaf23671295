// A network that others trained: Magika's, which tells file types (Google, Apache-2.0; made in JAX, exported by tf2onnx).
// It is read from the PyPI package magika where LEPTA_TEST_PYTHON has it; it is not part of this repository.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Examples, FitOptions, TensorData } from "../index.ts";
import { adam, createSession, crossEntropy, decodeOnnx, encodeOnnx, fit, log, rng, trainable } from "../index.ts";

function findModel(): string | undefined {
  const python = process.env.LEPTA_TEST_PYTHON;
  if (python === undefined) return undefined;
  const code =
    "import importlib.util as u; s = u.find_spec('magika'); print(s.submodule_search_locations[0] if s else '')";
  const folder = execFileSync(python, ["-c", code], { encoding: "utf8" }).trim();
  const path = join(folder, "models/standard_v3_3/model.onnx");
  return folder !== "" && existsSync(path) ? path : undefined;
}

const path = findModel();
const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const sources: Readonly<Record<string, string>> = {
  python: "tests/reference",
  markdown: "docs/errors",
  typescript: "packages/nn/src/layers",
};
const endings: Readonly<Record<string, string>> = { python: ".py", markdown: ".md", typescript: ".ts" };

/** What the network takes: the first 1,024 bytes and the last, as far as there are any; 256 where there are none. */
function features(text: Uint8Array): Int32Array {
  const input = new Int32Array(2048).fill(256);
  input.set(text.subarray(0, 1024));
  const end = text.subarray(-1024);
  input.set(end, 2048 - end.length);
  return input;
}

/** Fragments of 80 bytes from files of three kinds, too short for the network to be sure. */
function fragments(labels: readonly string[], each: number, part: 0 | 1): Examples & { readonly inputs: TensorData } {
  const random = rng(part);
  const rows: { readonly input: Int32Array; readonly label: bigint }[] = [];
  for (const [kind, folder] of Object.entries(sources)) {
    const files = readdirSync(join(repository, folder)).filter((name) => extname(name) === endings[kind]);
    const own = files.sort().filter((_, i) => i % 2 === part);
    for (let i = 0; i < each; i++) {
      const bytes = readFileSync(join(repository, folder, own[i % own.length] as string));
      const at = random.integer(Math.max(1, bytes.length - 80));
      rows.push({ input: features(bytes.subarray(at, at + 80)), label: BigInt(labels.indexOf(kind)) });
    }
  }
  const data = new Int32Array(rows.length * 2048);
  rows.forEach(({ input }, i) => {
    data.set(input, i * 2048);
  });
  const target = BigInt64Array.from(rows, ({ label }) => label);
  return { inputs: { data, shape: [rows.length, 2048] }, target: { data: target, shape: [rows.length] } };
}

describe.skipIf(path === undefined)(
  path === undefined ? "Magika's network (no magika in LEPTA_TEST_PYTHON)" : "Magika's network",
  () => {
    const bytes = path === undefined ? new Uint8Array() : readFileSync(path);
    const config = path === undefined ? "{}" : readFileSync(join(dirname(path), "config.min.json"), "utf8");
    const labels = (JSON.parse(config) as { target_labels_space?: string[] }).target_labels_space ?? [];
    const [train, held] = path === undefined ? [] : [fragments(labels, 10, 0), fragments(labels, 10, 1)];
    const options: FitOptions = {
      data: train as Examples,
      validation: held as Examples,
      // The network ends in probabilities: their logarithms are logits.
      loss: (probabilities, target) => crossEntropy()(log(probabilities), target),
      optimizer: adam({ lr: 3e-3 }),
      batchSize: 12,
      stepsPerRun: 1,
      epochs: 3,
      seed: 1,
    };

    test("scores the same after it is read and given back", async () => {
      const name = "target_label";
      const scores = async (model: Uint8Array): Promise<TensorData> => {
        const session = await createSession(model);
        const result = await session.run({ bytes: held?.inputs as TensorData });
        await session.close();
        return result[name] as TensorData;
      };
      const [before, after] = [await scores(bytes), await scores(encodeOnnx(decodeOnnx(bytes)))];
      expect(after.shape).toEqual([30, labels.length]);
      const apart = Array.from(after.data as Float32Array, (value, i) => Math.abs(value - Number(before.data[i])));
      expect(Math.max(...apart)).toBeLessThan(1e-6);
    });

    test("tells fragments better after its last layer was trained", async () => {
      const net = trainable(decodeOnnx(bytes), { freeze: { allButLast: 1 } });
      const untouched = await fit(trainable(decodeOnnx(bytes), { freeze: () => true }), { ...options, epochs: 1 })
        .result;
      const model = await fit(net, options).result;
      const before = untouched.history[0]?.validation?.loss ?? 0;
      const after = model.history.at(-1)?.validation?.loss ?? Number.NaN;
      expect(after).toBeLessThan(before * 0.8);
    }, 180_000);

    test("learns whole", async () => {
      const few = fragments(labels, 2, 0);
      const run = fit(trainable(decodeOnnx(bytes)), {
        ...options,
        data: few,
        validation: few,
        batchSize: 6,
        epochs: 3,
      });
      const { history } = await run.result;
      expect(history.at(-1)?.validation?.loss).toBeLessThan((history[0]?.loss ?? 0) * 0.9);
    }, 180_000);
  },
);
