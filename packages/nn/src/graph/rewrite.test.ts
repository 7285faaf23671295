// Rewriting a graph replaces what it is asked to, keeps the rest, and gives a verified graph.
import { expect, test } from "vitest";
import { add, exp, relu } from "../tensor/elementwise.ts";
import { input } from "../tensor/leaves.ts";
import { apply } from "./apply.ts";
import { buildGraph } from "./build.ts";
import { equalGraphs } from "./equal.ts";
import { rewriteGraph } from "./rewrite.ts";
import { verify } from "./verify.ts";

const x = input("x", "float32", ["N", 2]);
const y = relu(exp(x));
const graph = buildGraph({ sum: add(y, exp(y)), y });

test("replaced nodes are gone, and what reads them reads the replacement", () => {
  const changed = rewriteGraph(graph, (node, inputs) => (node.op === "Exp" ? [apply("Tanh", inputs)] : undefined));
  verify(changed);
  expect(changed.nodes.map((node) => node.op).sort()).toEqual(["Add", "Relu", "Tanh", "Tanh"]);
  expect(changed.outputs.map(({ name }) => name)).toEqual(["sum", "y"]);
});

test("nothing replaced is the same graph", () => {
  expect(
    equalGraphs(
      rewriteGraph(graph, () => undefined),
      graph,
    ),
  ).toBe(true);
});
