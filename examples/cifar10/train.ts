// Trains on CIFAR-10 and leaves curves and the model:  npm run train -w lepta-example-cifar10 -- [options]
//   --data PATH     a folder with index.csv, or the official archive; downloaded into the folder of --out otherwise
//   --best          the small modern network instead of LeNet
//   --epochs N      --seed N (default 1)      --threads N (default 1)
//   --out FOLDER    curves.svg, TensorBoard events and model.onnx (default cifar10-run)
//   --json          the last epoch's figures and nothing else on standard output
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { curveSvg, type EpochEvent, fit, progressLine, summarize, tensorBoard } from "@lepta/nn";
import { accuracyOf, watched } from "./accuracy.ts";
import { checkData, readOptions, wholeNumber } from "./arguments.ts";
import { type DataSet, side } from "./images.ts";
import { download, readArchive } from "./read-archive.ts";
import { readIndex } from "./read-index.ts";
import { bestRecipe, lenetRecipe } from "./recipes.ts";

const given = readOptions(
  "Options: --data PATH, --best, --epochs N, --seed N, --threads N, --out FOLDER, --json",
  () =>
    parseArgs({
      options: {
        data: { type: "string" },
        best: { type: "boolean", default: false },
        epochs: { type: "string" },
        seed: { type: "string", default: "1" },
        threads: { type: "string", default: "1" },
        out: { type: "string", default: "cifar10-run" },
        json: { type: "boolean", default: false },
      },
    }).values,
);
const say = (text: string): void => void (given.json || console.log(text));
// npm runs this in the example's folder; paths are the user's own.
const from = (path: string): string => resolve(process.env.INIT_CWD ?? ".", path);
const out = from(given.out);

async function readData(): Promise<DataSet> {
  if (given.data !== undefined && (await checkData(from(given.data)))) return readIndex(from(given.data));
  const archive = given.data === undefined ? join(out, "cifar-10-binary.tar.gz") : from(given.data);
  if (given.data === undefined) {
    say("downloading CIFAR-10 (170 MB) where it is not there yet …");
    await download(archive);
  }
  return readArchive(archive);
}

const recipe = given.best ? bestRecipe : lenetRecipe;
const epochs = given.epochs === undefined ? recipe.epochs : wholeNumber("epochs", given.epochs);
const seed = wholeNumber("seed", given.seed, 0);
const threads = wholeNumber("threads", given.threads, 0);
const data = await readData();
await mkdir(out, { recursive: true });
say(`${data.train.count} pictures for training, ${data.test.count} for the test, of ${data.classes.length} classes\n`);
say(summarize(recipe.net, [3, side, side]).text);

const run = fit(recipe.net, {
  data: recipe.data(data.train),
  validation: watched(data),
  loss: recipe.loss,
  optimizer: recipe.optimizer(epochs * Math.ceil(data.train.count / recipe.batchSize)),
  metrics: { accuracy: accuracyOf(0, 2), trainAccuracy: accuracyOf(1, 2) },
  batchSize: recipe.batchSize,
  epochs,
  seed,
  threads,
});

const rounded = (value: number | undefined): string => (value ?? Number.NaN).toFixed(4);
const history: EpochEvent[] = [];
const trainAccuracy: number[] = [];
say("epoch  train loss  train accuracy  test loss  test accuracy  seconds");
for await (const event of progressLine(tensorBoard(run, join(out, "events")))) {
  if (event.type !== "epoch") continue;
  const { trainAccuracy: own = Number.NaN, ...validation } = event.validation ?? {};
  history.push({ ...event, validation });
  trainAccuracy.push(own);
  const figures = [event.loss, own, validation.loss, validation.accuracy].map(rounded);
  const widths = [12, 16, 11, 15];
  const cells = figures.map((figure, i) => figure.padStart(widths[i] as number));
  say(`${String(event.epoch).padStart(5)}${cells.join("")}${event.seconds.toFixed(1).padStart(9)}`);
}

const model = await run.result;
await model.save(join(out, "model.onnx"));
const title = `${recipe.name} on CIFAR-10, seed ${given.seed}`;
await writeFile(
  join(out, "curves.svg"),
  curveSvg(history, { title, validationName: "test", training: { accuracy: trainAccuracy } }),
);
const last = history.at(-1) as EpochEvent;
say(
  `\ntest accuracy ${rounded(last.validation?.accuracy)} after ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}`,
);
say(`curves.svg, events and model.onnx are in ${out}`);
if (given.json) {
  const { loss, accuracy } = last.validation ?? {};
  const figures = { recipe: recipe.name, seed: Number(given.seed), epochs, trainLoss: last.loss };
  console.log(
    JSON.stringify({
      ...figures,
      trainAccuracy: trainAccuracy.at(-1),
      testLoss: loss,
      testAccuracy: accuracy,
      seconds: last.seconds,
    }),
  );
}
