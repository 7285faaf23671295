// LeNet here and in PyTorch: the same pictures, epochs and seeds, one thread each, in turns.
//   LEPTA_BENCH_PYTHON=… npm run compare -w lepta-example-cifar10 -- --data FOLDER [--seeds 5] [--epochs 10]
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { wholeBatch } from "@lepta/data";
import { fit } from "@lepta/nn";
import { accuracyOf } from "./accuracy.ts";
import { checkData, readOptions, refuse, wholeNumber } from "./arguments.ts";
import { labelsIn, normalised, pixelsIn } from "./images.ts";
import { readIndex } from "./read-index.ts";
import { lenetRecipe } from "./recipes.ts";

interface Figures {
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly trainLoss: number;
  readonly seconds: number;
}

const given = readOptions(
  "Options: --data FOLDER, --seeds N, --epochs N",
  () =>
    parseArgs({
      options: {
        data: { type: "string" },
        seeds: { type: "string", default: "5" },
        epochs: { type: "string", default: String(lenetRecipe.epochs) },
      },
    }).values,
);
const pictures = resolve(
  process.env.INIT_CWD ?? ".",
  given.data ?? refuse("Give --data, a folder that has an index.csv."),
);
const [epochs, seeds] = [wholeNumber("epochs", given.epochs), wholeNumber("seeds", given.seeds)];
if (!(await checkData(pictures))) refuse(`--data: ${pictures} is not a folder that has an index.csv.`);
const data = await readIndex(pictures);
const python = process.env.LEPTA_BENCH_PYTHON || process.env.LEPTA_TEST_PYTHON || "python3";
const script = fileURLToPath(new URL("./pytorch_lenet.py", import.meta.url));

async function ours(seed: number): Promise<Figures> {
  const { loss, net, batchSize, optimizer } = lenetRecipe;
  const run = fit(net, {
    data: normalised(data.train),
    validation: normalised(data.test),
    loss,
    optimizer: optimizer(0),
    metrics: { accuracy: accuracyOf(0, 1) },
    batchSize,
    epochs,
    seed,
  });
  const last = (await run.result).history.at(-1);
  return {
    testAccuracy: last?.validation?.accuracy ?? Number.NaN,
    testLoss: last?.validation?.loss ?? Number.NaN,
    trainLoss: last?.loss ?? Number.NaN,
    seconds: last?.seconds ?? Number.NaN,
  };
}

async function theirs(folder: string, seed: number): Promise<Figures> {
  const args = [script, folder, "--seed", String(seed), "--epochs", String(epochs)];
  const { stdout } = await promisify(execFile)(python, args);
  return JSON.parse(stdout) as Figures;
}

function spread(values: readonly number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(4)} ± ${Math.sqrt(variance).toFixed(4)}`;
}

const folder = await mkdtemp(join(tmpdir(), "lepta-cifar10-"));
try {
  for (const name of ["train", "test"] as const) {
    const batch = wholeBatch(data[name]);
    await writeFile(join(folder, `${name}.pixels`), pixelsIn(batch));
    await writeFile(join(folder, `${name}.labels`), labelsIn(batch));
  }
  const all: Record<"lepta" | "pytorch", Figures[]> = { lepta: [], pytorch: [] };
  console.log("seed  test accuracy lepta  pytorch   train loss lepta  pytorch   seconds lepta  pytorch");
  for (let seed = 1; seed <= seeds; seed++) {
    const [a, b] = [await ours(seed), await theirs(folder, seed)];
    all.lepta.push(a);
    all.pytorch.push(b);
    const cells = [
      String(seed).padStart(4),
      a.testAccuracy.toFixed(4).padStart(20),
      b.testAccuracy.toFixed(4).padStart(8),
      a.trainLoss.toFixed(4).padStart(17),
      b.trainLoss.toFixed(4).padStart(8),
      a.seconds.toFixed(1).padStart(14),
      b.seconds.toFixed(1).padStart(8),
    ];
    console.log(cells.join(" "));
  }
  console.log(`\n${seeds} seeds, ${epochs} epochs, mean ± standard deviation over seeds:`);
  for (const [name, figures] of Object.entries(all)) {
    const of = (key: keyof Figures): string => spread(figures.map((own) => own[key]));
    console.log(
      `${name.padEnd(8)} test accuracy ${of("testAccuracy")}, test loss ${of("testLoss")}, train loss ${of("trainLoss")}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
