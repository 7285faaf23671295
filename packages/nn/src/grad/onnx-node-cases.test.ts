// ONNX's own node cases: each is refused by name, or its outputs are ONNX's and its slopes those of finite differences.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../testing/onnx-node-cases.ts";
import { bytesOf, judge, openModel, operatorsOf, readNodeCases, storedModel } from "../../testing/onnx-node-cases.ts";

const cases = readNodeCases();
const groups = Array.from({ length: Math.ceil(cases.length / 100) }, (_, i) => cases.slice(i * 100, (i + 1) * 100));
const verdicts = new Map<string, readonly Verdict[]>();

const lower = (text: string): string => text.toLowerCase();

/** Refusals that name a tensor or a version in place of an operator. */
const withoutOperator = /version \d+ of operator set|has element type \d+|is not a tensor/;

describe("ONNX's node cases", () => {
  test.each(groups.map((group) => ({ group, from: group[0]?.name, to: group.at(-1)?.name })))(
    "$from to $to",
    async ({ group }) => {
      const wrong: string[] = [];
      for (const own of group) {
        const stored = storedModel(own);
        const found = [await judge(own), ...(stored === undefined ? [] : [await judge(own, stored)])];
        // Sizes that are known only when the graph runs.
        found.push(await judge(own, openModel(stored ?? bytesOf(own.model))));
        verdicts.set(own.name, found);
        const names = operatorsOf(own);
        for (const { wrong: faults, refused, withoutGradient } of found) {
          wrong.push(...faults.map((fault) => `${own.name}: ${fault}`));
          for (const { message } of [refused, withoutGradient].filter((refusal) => refusal !== undefined)) {
            const named = names.some((name) => lower(message).includes(lower(name))) || withoutOperator.test(message);
            if (!named) wrong.push(`${own.name}: ${message}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test("the README has the figures", () => {
    const all = [...verdicts.values()];
    const read = all.filter((found) => found.some(({ refused }) => refused === undefined));
    const trained = read.filter((found) => found.some(({ slopes }) => slopes > 0));
    const slopes = trained.reduce((sum, found) => sum + Math.max(...found.map((verdict) => verdict.slopes)), 0);
    const figures = [
      `${cases.length} cases`,
      `${read.length} are read`,
      `${cases.length - read.length} are refused`,
      `${slopes} partial derivatives of ${trained.length} cases`,
    ];
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
    expect(figures.filter((figure) => !readme.includes(figure))).toEqual([]);
  });
});
