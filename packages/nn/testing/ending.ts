// Trains through the worker thread and ends this process as the argument says: by itself, by process.exit or by an error
// while a run is in flight.
import { fit, linear, meanSquaredError, relu, sequential, sgd } from "../src/index.ts";

const how = process.argv[2];
const [count, width] = [512, 512];
const x = { data: new Float32Array(count * width).fill(0.5), shape: [count, width] };
let asked = 0;
const run = fit(sequential(linear(1024), relu(), linear(1024), relu(), linear(width)), {
  data: {
    count,
    batch() {
      asked++;
      // The second call is made while the first run is in flight, which takes many times as long as the timer.
      if (asked === 2 && how !== "ends") setTimeout(end, 20);
      return { inputs: x, target: x };
    },
  },
  loss: meanSquaredError(),
  optimizer: sgd({ lr: 0.01 }),
  batchSize: count,
  stepsPerRun: 1,
  epochs: how === "ends" ? 2 : 1000,
});

function end(): void {
  console.log("in flight");
  if (how === "exits") process.exit(3);
  throw new Error("an error elsewhere");
}

const model = await run.result;
console.log(`trained ${model.history.length} epochs`);
