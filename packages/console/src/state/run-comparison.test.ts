// What two runs share is put on one line, whatever the order in which their stages tell it.
import type { Run } from "@lepta/api";
import { expect, it } from "vitest";
import { compareRuns } from "./run-comparison.ts";

const run = (stages: Record<string, Record<string, never> | Record<string, unknown>>) =>
  ({
    stages: Object.entries(stages).map(([name, summary], position) => ({ name, position, status: "done", summary })),
  }) as unknown as Run;

it("pairs figures by stage and name, and marks those that differ", () => {
  const one = run({
    data: { rows: 1000 },
    evaluate: {
      metrics: [
        { model: "a", AUC: 0.7 },
        { model: "b", AUC: 0.8 },
      ],
    },
  });
  const other = run({
    data: { rows: 1000 },
    evaluate: {
      metrics: [
        { model: "b", AUC: 0.9 },
        { model: "a", AUC: 0.7 },
      ],
    },
  });
  const compared = compareRuns(one, other);
  expect(compared.filter(({ differs }) => differs)).toEqual([
    { stage: "evaluate", name: "metrics › b › AUC", left: 0.8, right: 0.9, differs: true },
  ]);
  expect(compared.map(({ stage }) => stage)).toEqual(["data", "data", "evaluate", "evaluate", "evaluate"]);
});

it("keeps stages that one run alone has", () => {
  const compared = compareRuns(run({ data: { rows: 1 } }), run({ data: { rows: 1 }, train: { rows: 1 } }));
  expect(compared.find(({ stage, name }) => stage === "train" && name === "rows")).toMatchObject({
    left: undefined,
    right: 1,
    differs: true,
  });
});
