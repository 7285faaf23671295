// The error of an unknown operator: it names the node, and its page lists every operator that is read.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apply } from "../../graph/apply.ts";
import { catalogue } from "../../graph/catalogue.ts";
import { buildGraph, decodeOnnx, encodeOnnx, input, NnError, relu } from "../../index.ts";
import { foreignAttributes } from "./attributes.ts";
import { adaptedOperators } from "./operators.ts";

test("docs/errors/op-unknown.md lists the operators that are read", () => {
  const page = readFileSync(new URL("../../../../../docs/errors/op-unknown.md", import.meta.url), "utf8");
  const list = page.slice(page.indexOf("## Operators that are read"));
  const names = Object.entries(catalogue)
    // Made for the runtime's own layout; no exporter writes them.
    .filter(([, { domain }]) => domain !== "com.microsoft.nchwc")
    .map(([op]) => op);
  const all = [...new Set([...names, ...adaptedOperators, "If"])].sort();
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(listed).toEqual(all);
});

test("the attributes of every operator that is adapted are listed", () => {
  const listed = (op: string) => Object.hasOwn(catalogue, op) || Object.hasOwn(foreignAttributes, op);
  expect(adaptedOperators.filter((op) => !listed(op))).toEqual([]);
});

test.each([
  ["the node's name", "scale", 'The node "scale" has the operator "Reli" of the domain "ai.onnx"'],
  ["what it computes, without a name", undefined, 'The node that computes "y" has the operator "Reli"'],
])("the message has %s", (_, name, message) => {
  const x = input("x", "float32", ["N", 2]);
  const named = name === undefined ? relu(x) : apply("Relu", [x], {}, name);
  const bytes = Buffer.from(encodeOnnx(buildGraph({ y: named })));
  const at = bytes.indexOf("Relu");
  bytes.write("Reli", at);
  let error: unknown;
  try {
    decodeOnnx(bytes);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(NnError);
  expect(error).toMatchObject({ code: "op-unknown", message: expect.stringContaining(message) });
  expect((error as NnError).fix).toContain("docs/errors/op-unknown.md");
});
