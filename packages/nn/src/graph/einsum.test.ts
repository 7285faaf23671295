// Einstein sums against sums written out in loops, with symbolic sizes too.
import { expect, test } from "vitest";
import type { TensorData } from "../index.ts";
import { buildGraph, createSession, einsum, input, NnError } from "../index.ts";

const sizes: Readonly<Record<string, number>> = { b: 2, q: 3, k: 4, h: 2, d: 5, i: 3, j: 4 };

/** The definition: every assignment of the letters, one after another. */
function byLoops(equation: string, operands: readonly TensorData[]): number[] {
  const [left, right] = equation.split("->") as [string, string];
  const terms = left.split(",");
  const letters = [...new Set(left.replaceAll(",", ""))];
  const place = (labels: string, at: Readonly<Record<string, number>>): number =>
    [...labels].reduce((offset, label) => offset * (sizes[label] ?? 0) + (at[label] ?? 0), 0);
  const size = [...right].reduce((product, label) => product * (sizes[label] ?? 0), 1);
  const result = new Array<number>(size).fill(0);
  const visit = (depth: number, at: Record<string, number>): void => {
    const label = letters[depth];
    if (label === undefined) {
      const product = terms.reduce((p, term, i) => p * Number(operands[i]?.data[place(term, at)]), 1);
      result[place(right, at)] = (result[place(right, at)] ?? 0) + product;
      return;
    }
    for (let value = 0; value < (sizes[label] ?? 0); value++) visit(depth + 1, { ...at, [label]: value });
  };
  visit(0, {});
  return result;
}

test.each([
  "ij,jk->ik",
  "bqhd,bkhd->bhqk",
  "bhqk,bkhd->bqhd",
  "bij,bjk->bik",
  "ij->ji",
  "bij->j",
  "i,j->ij",
  "ij,ij->i",
  "i,i->",
  "bi,ij,bj->b",
  "hqd,bkd->hbqk",
])("%s", async (equation) => {
  const terms = (equation.split("->")[0] ?? "").split(",");
  const data = terms.map((term, n): TensorData => {
    const shape = [...term].map((label) => sizes[label] ?? 0);
    const size = shape.reduce((product, dim) => product * dim, 1);
    return { data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 7 + n)), shape };
  });
  const expected = byLoops(equation, data);
  for (const named of ["", "b", "q"]) {
    const inputs = terms.map((term, n) =>
      input(
        `x${n}`,
        "float32",
        [...term].map((label) => (label === named ? label : (sizes[label] ?? 0))),
      ),
    );
    const session = await createSession(buildGraph({ y: einsum(equation, ...inputs) }, { inputs }));
    const { y } = await session.run(Object.fromEntries(data.map((value, n) => [`x${n}`, value])));
    await session.close();
    expect(y?.shape).toEqual([...(equation.split("->")[1] ?? "")].map((label) => sizes[label]));
    expected.forEach((value, i) => {
      expect(Number(y?.data[i])).toBeCloseTo(value, 5);
    });
  }
});

test.each(["ij,jk", "ii->i", "i.->i", "ij->k", "ij,jk->ik->i", "ijk->i"])("%s is refused", (equation) => {
  const x = input("x", "float32", [3, 3]);
  expect(() => einsum(equation, ...(equation.includes(",") ? [x, x] : [x]))).toThrow(NnError);
});
