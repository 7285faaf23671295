// TensorFlow.js's side of the training benchmark, on its CPU backend; the protocol is that of peer.ts.
//   node tfjs-peer.mjs WORKLOAD PATH_OF_TFJS
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [workload, entry] = process.argv.slice(2);
console.warn = () => {}; // It advises its native addon.
const tf = createRequire(import.meta.url)(entry);
await tf.setBackend("cpu");
await tf.ready();

/** Normal noise around one pattern a class; images have their channels last, as this backend wants them. */
function classified(batch, shape, classes) {
  const labels = tf.range(0, batch, 1, "int32").mod(tf.scalar(classes, "int32"));
  const patterns = tf.randomNormal([classes, ...shape]);
  return { x: patterns.gather(labels).add(tf.randomNormal([batch, ...shape])), labels };
}

function lenet(batch) {
  const { layers } = tf;
  const net = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [32, 32, 3], filters: 6, kernelSize: 5, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 5, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 120, activation: "relu" }),
      layers.dense({ units: 84, activation: "relu" }),
      layers.dense({ units: 10 }),
    ],
  });
  const { x, labels } = classified(batch, [32, 32, 3], 10);
  const y = tf.oneHot(labels, 10);
  return {
    count: net.countParams(),
    optimizer: tf.train.momentum(0.001, 0.9),
    loss: () => tf.losses.softmaxCrossEntropy(y, net.apply(x, { training: true })),
  };
}

function mlp(batch) {
  const { layers } = tf;
  const net = tf.sequential({
    layers: [
      layers.dense({ inputShape: [128], units: 512, activation: "relu" }),
      layers.dense({ units: 512, activation: "relu" }),
      layers.dense({ units: 1 }),
    ],
  });
  const { x, labels } = classified(batch, [128], 2);
  const y = labels.toFloat().reshape([batch, 1]);
  return {
    count: net.countParams(),
    optimizer: tf.train.adam(0.001),
    loss: () => tf.losses.sigmoidCrossEntropy(y, net.apply(x, { training: true })),
  };
}

const workloads = { "lenet-4": () => lenet(4), "lenet-32": () => lenet(32), "mlp-256": () => mlp(256) };
const { count, optimizer, loss } = workloads[workload]();
const first = [];
const last = [];
let taken = 0;

function steps(number) {
  for (let i = 0; i < number; i++) {
    const value = tf.tidy(() => optimizer.minimize(loss, true).dataSync()[0]);
    taken++;
    last.push(value);
    if (last.length > 8) last.shift();
    if (first.length < 8) first.push(value);
  }
}

const say = (message) => console.log(JSON.stringify(message));
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
steps(1);
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const [word, number] = line.split(" ");
  if (word === "steps") {
    const begin = performance.now();
    steps(Number(number));
    say({ ms: (performance.now() - begin) / Number(number) });
  } else {
    say({
      parameters: count,
      steps: taken,
      firstLoss: mean(first),
      lastLoss: mean(last),
      peakMb: process.resourceUsage().maxRSS / 1024,
    });
  }
}
