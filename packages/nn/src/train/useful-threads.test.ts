// Small products stay on one thread; large ones take all that are allowed, in a loop's body too.
import { expect, test } from "vitest";
import { applyAll } from "../graph/apply.ts";
import type { Graph } from "../graph/node.ts";
import { buildGraph, input, matMul } from "../index.ts";
import { usefulThreads } from "./useful-threads.ts";

const products = (size: number, steps?: number): Graph => {
  const [x, w] = [input("x", "float32", [size, size]), input("w", "float32", [size, size])];
  if (steps === undefined) return buildGraph({ y: matMul(x, w) });
  const body = buildGraph({ y: matMul(x, w) }, { inputs: [w, x] });
  const [y] = applyAll("Scan", [w, input("xs", "float32", [steps, size, size])], { body, num_scan_inputs: 1 }, 1);
  return buildGraph({ y: y as NonNullable<typeof y> });
};

test("products of 64³ stay on one thread, those of 256³ are shared", () => {
  expect(usefulThreads(products(64), 4)).toBe(1);
  expect(usefulThreads(products(256), 4)).toBe(4);
  expect(usefulThreads(products(256), 1)).toBe(1);
});

test("small products beside large ones change nothing", () => {
  const x = input("x", "float32", [256, 256]);
  const small = Array.from({ length: 50 }, (_, i) => {
    const [a, b] = [input(`a${i}`, "float32", [8, 8]), input(`b${i}`, "float32", [8, 8])];
    return [`y${i}`, matMul(a, b)] as const;
  });
  expect(usefulThreads(buildGraph({ y: matMul(x, x), ...Object.fromEntries(small) }), 2)).toBe(2);
});

test("many steps of a loop do not make its products larger", () => {
  expect(usefulThreads(products(64, 1000), 4)).toBe(1);
  expect(usefulThreads(products(256, 2), 4)).toBe(4);
});

test("0, the runtime's own choice, stays for large products alone", () => {
  expect(usefulThreads(products(256), 0)).toBe(0);
  expect(usefulThreads(products(64), 0)).toBe(1);
});
