// Times every formulation of the convolutions' and pools' gradients and fits the model that chooses between them.
//   tsx --conditions=lepta-source bench/formulations.ts            prints how well the model chooses
//   tsx --conditions=lepta-source bench/formulations.ts --write    also writes packages/nn/src/grad/formulations/choice-table.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Cost } from "../packages/nn/src/grad/formulations/formulation.ts";
import { workloadKey } from "../packages/nn/src/grad/formulations/formulation.ts";
import type { Alternatives } from "../packages/nn/src/grad/formulations/times.ts";
import type { Tensor } from "../packages/nn/src/index.ts";
import {
  averagePool,
  convolution,
  createSession,
  gradients,
  input,
  maxPool,
  reduceSum,
} from "../packages/nn/src/index.ts";
import { measureFormulations } from "../packages/nn/src/train/measure-formulations.ts";

type Build = (x: Tensor, w: Tensor) => Tensor;
interface Shape {
  readonly x: readonly number[];
  readonly w?: readonly number[];
  readonly build: Build;
}

const conv = (x: readonly number[], w: readonly number[], stride = 1, padding = 0, groups = 1): Shape => ({
  x,
  w,
  build: (input, weight) => convolution(input, weight, undefined, { stride, padding, groups }),
});
const pool = (x: readonly number[], size: readonly number[]): Shape => ({ x, build: (input) => maxPool(input, size) });
const average = (x: readonly number[], size: readonly number[]): Shape => ({
  x,
  build: (input) => averagePool(input, size),
});

const shapes: readonly Shape[] = [
  ...[4, 16, 32, 128].flatMap((batch) => [
    conv([batch, 3, 32, 32], [6, 3, 5, 5]),
    conv([batch, 12, 16, 16], [24, 12, 3, 3]),
    conv([batch, 6, 14, 14], [16, 6, 5, 5]),
    conv([batch, 24, 7, 7], [64, 24, 3, 3]),
  ]),
  ...[8, 64].flatMap((batch) => [
    conv([batch, 3, 32, 32], [16, 3, 3, 3], 1, 1),
    conv([batch, 16, 32, 32], [16, 16, 3, 3], 1, 1),
    conv([batch, 16, 32, 32], [32, 16, 3, 3], 2, 1),
    conv([batch, 16, 32, 32], [32, 16, 1, 1], 2),
    conv([batch, 32, 16, 16], [32, 32, 3, 3], 1, 1),
    conv([batch, 32, 16, 16], [64, 32, 3, 3], 2, 1),
    conv([batch, 64, 8, 8], [64, 64, 3, 3], 1, 1),
    conv([batch, 64, 8, 8], [128, 64, 1, 1]),
  ]),
  conv([4, 64, 32, 32], [64, 64, 3, 3], 1, 1),
  conv([8, 128, 8, 8], [128, 128, 3, 3], 1, 1),
  conv([8, 32, 16, 16], [32, 1, 3, 3], 1, 1, 32),
  conv([8, 16, 100], [32, 16, 5]),
  conv([2, 3, 64, 64], [32, 3, 7, 7], 2, 3),
  ...[4, 32, 128].flatMap((batch) => [
    pool([batch, 6, 28, 28], [2, 2]),
    pool([batch, 16, 10, 10], [2, 2]),
    pool([batch, 1, 4, 1176], [4, 1]),
    pool([batch, 1, 4, 400], [4, 1]),
  ]),
  ...[4, 32].flatMap((batch) => [average([batch, 16, 16, 16], [2, 2]), average([batch, 64, 8, 8], [8, 8])]),
];

const measured: { readonly own: Alternatives; readonly times: Readonly<Record<string, number>> }[] = [];
for (const { x, w, build } of shapes) {
  const [data, weight] = [input("x", "float32", x), input("w", "float32", w ?? [1])];
  const found = new Map<string, Alternatives>();
  gradients(reduceSum(build(data, weight)), w === undefined ? [data] : [data, weight], {
    choose(family, workload, valid) {
      found.set(workloadKey(family, workload), { family, workload, valid });
      return valid[0] as (typeof valid)[number];
    },
  });
  for (const own of found.values()) {
    const cpu = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    measured.push({ own, times: await measureFormulations(own, createSession, { now: cpu, atLeast: 30 }) });
  }
}

/** Least squares of relative errors with costs of 0 or more, by coordinate descent. */
function fitCost(rows: readonly { readonly work: readonly number[]; readonly time: number }[]): Cost {
  const costs = [2000, 0.02, 0.3];
  for (let pass = 0; pass < 2000; pass++) {
    for (const k of costs.keys()) {
      let above = 0;
      let below = 0;
      for (const { work, time } of rows) {
        const own = (work[k] ?? 0) / time;
        const rest = work.reduce((sum, amount, i) => (i === k ? sum : sum + amount * (costs[i] ?? 0)), 0) / time;
        above += own * (1 - rest);
        below += own * own;
      }
      if (below > 0) costs[k] = Math.max(0, above / below);
    }
  }
  const [operator = 0, product = 0, moved = 0] = costs.map((value) => Number(value.toPrecision(3)));
  return { operator, product, moved };
}

const names = new Set(measured.flatMap(({ own }) => own.valid.map(({ name }) => `${own.family.name} ${name}`)));
const table: Record<string, Cost> = {};
for (const key of [...names].sort()) {
  const rows = measured.flatMap(({ own, times }) =>
    own.valid
      .filter(({ name }) => `${own.family.name} ${name}` === key)
      .map((formulation) => {
        const { operators, products, moved } = formulation.work(own.workload);
        return { work: [operators, products, moved], time: times[formulation.name] as number };
      }),
  );
  table[key] = fitCost(rows);
}

let lost = 0;
for (const { own, times } of measured) {
  const expected = own.valid.map((formulation) => {
    const work = formulation.work(own.workload);
    const cost = table[`${own.family.name} ${formulation.name}`] as Cost;
    return cost.operator * work.operators + cost.product * work.products + cost.moved * work.moved;
  });
  const picked = own.valid[expected.indexOf(Math.min(...expected))]?.name ?? "";
  const best = Math.min(...Object.values(times));
  const loss = (times[picked] as number) / best;
  lost += Math.log(loss);
  const list = Object.entries(times).map(([name, time]) => `${name} ${(time / 1000).toFixed(0)}`);
  console.log(
    `${workloadKey(own.family, own.workload)}: ${list.join(", ")} µs → ${picked} (${loss.toFixed(2)} × the best)`,
  );
}
console.log(
  `The model's choices take ${Math.exp(lost / measured.length).toFixed(3)} × the best ones' time (geometric mean).`,
);

if (process.argv.includes("--write")) {
  const lines = Object.entries(table).map(
    ([key, { operator, product, moved }]) =>
      `  "${key}": { operator: ${operator}, product: ${product}, moved: ${moved} },`,
  );
  writeFileSync(
    fileURLToPath(new URL("../packages/nn/src/grad/formulations/choice-table.ts", import.meta.url)),
    [
      "// Costs of the formulations, fitted by bench/formulations.ts: nanoseconds an operator, a multiply-add, a moved element.",
      'import type { Cost } from "./formulation.ts";',
      "",
      "export const formulationCosts: Readonly<Record<string, Cost>> = {",
      ...lines,
      "};",
      "",
    ].join("\n"),
  );
}
