// The files of a user who installed Lepta: data, a typed client, a page.

/** 400 orders; who is in a hurry and far away returns more. */
export function ordersCsv(): string {
  let state = 7;
  const uniform = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  const lines = Array.from({ length: 400 }, (_, i) => {
    const amount = (5 + 200 * uniform()).toFixed(2);
    const country = ["DE", "FR", "IT"][Math.floor(3 * uniform())] as string;
    const express = uniform() < 0.4;
    const odds = -1.5 + Number(amount) / 90 + (country === "IT" ? 1 : 0) + (express ? 0.8 : 0);
    const returned = uniform() < 1 / (1 + Math.exp(-odds)) ? "yes" : "no";
    return `${i + 1},${amount},${country},${express},2026-0${1 + (i % 9)}-1${i % 10},${returned}`;
  });
  return ["order,amount,country,express,placed,returned", ...lines, ""].join("\n");
}

export const client = `import { createClient } from "lepta/client";
import type product from "./product.js";

const client = createClient<typeof product>({ url: process.argv[2] ?? "", key: process.argv[3] ?? "" });
const row = { amount: 120, country: "IT", express: true, placed: new Date("2026-03-04") };
const prediction = await client.predict("orders", row, { subject: "customer-1" });
const { label, probability } = prediction.outcome;
const name: string = label;
await client.feedback("orders", prediction.id, "yes");
console.log(JSON.stringify({ label: name, probability }));

export async function refused(): Promise<void> {
  // @ts-expect-error a number is wanted
  await client.predict("orders", { ...row, amount: "120" });
  // @ts-expect-error no such column
  await client.predict("orders", { ...row, colour: "red" });
}
`;

/** Without skipLibCheck: every declaration that the client and the product reach is checked. */
export const tsconfig = (module: "NodeNext" | "bundler"): string =>
  JSON.stringify({
    compilerOptions: {
      target: "ES2023",
      ...(module === "NodeNext"
        ? { module, moduleResolution: module }
        : { module: "ESNext", moduleResolution: module, lib: ["ES2023", "DOM"] }),
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ["node"],
    },
    files: ["client.ts", "product.ts"],
  });

export const pageHtml = `<!doctype html>
<meta charset="utf-8" />
<title>orders</title>
<link rel="icon" href="data:," />
<pre id="out">working</pre>
<script type="module" src="/page.ts"></script>
`;

/** Trains a network in the page, and asks a server that is stood in for: the check is what a bundler makes of both. */
export const pageScript = `import { accuracy, adamw, crossEntropy, fit, linear, relu, rng, sequential } from "@lepta/nn";
import { createClient } from "lepta/client";
import type product from "./product.js";

function points(count: number, seed: number) {
  const random = rng(seed);
  const data = Float32Array.from({ length: count * 2 }, () => random.uniform(-1.5, 1.5));
  const inside = (i: number) => Math.hypot(data[2 * i]!, data[2 * i + 1]!) < 1;
  const target = BigInt64Array.from({ length: count }, (_, i) => (inside(i) ? 1n : 0n));
  return { inputs: { data, shape: [count, 2] }, target: { data: target, shape: [count] } };
}

async function main() {
  const run = fit(sequential(linear(16), relu(), linear(2)), {
    data: points(600, 1),
    loss: crossEntropy(),
    optimizer: adamw({ lr: 0.02 }),
    batchSize: 50,
    epochs: 40,
    seed: 7,
  });
  const model = await run.result;
  const { inputs, target } = points(300, 3);
  const share = accuracy()(await model.predict(inputs), target);
  const { url, key } = await (await fetch("/server.json")).json();
  const client = createClient<typeof product>({ url: url === "" ? location.origin : url, key });
  const row = { amount: 120, country: "IT", express: true, placed: new Date("2026-03-04") };
  const prediction = await client.predict("orders", row);
  document.querySelector("#out")!.textContent = JSON.stringify({ accuracy: share, label: prediction.outcome.label });
}

main().catch((error) => {
  document.querySelector("#out")!.textContent = "failed: " + (error?.stack ?? error);
});
`;
