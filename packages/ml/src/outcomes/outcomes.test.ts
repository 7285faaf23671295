// One suite over every kind of outcome: a bundle of it is read, scored by rows and tables, refused where it does not fit.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTable } from "@lepta/data";
import { buildGraph, cast, encodeOnnx, type Graph } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeModels, writeMadeBundle } from "../../testing/made-bundle.ts";
import { modelCard } from "../bundle/model-card.ts";
import { readBundle } from "../bundle/read-bundle.ts";
import { openScorer } from "../bundle/scorer.ts";
import { outputSchema } from "../bundle/signature.ts";
import { type Outcome, outcomeEntry, outcomeKinds, outputNames } from "./index.ts";

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lepta-outcomes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const place = (): string => join(folder, String(++count));

/** 0.1 + 0.2 and 1/3 have no short decimal form; the last is a time in ms. */
const xs = [0.1 + 0.2, 1 / 3, -4, 3, 0, 1_732_810_253_001];

/** Float32 sigmoids of two libraries may differ in the last digit; everything else is exact. */
function expectSame(found: Outcome, wanted: Outcome): void {
  if (found.kind !== "class" || wanted.kind !== "class") {
    expect(found).toEqual(wanted);
    return;
  }
  expect(found.label).toBe(wanted.label);
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  expect(found.probability).toBeCloseTo(wanted.probability, 6);
  for (const [name, share] of Object.entries(wanted.probabilities))
    expect(found.probabilities[name]).toBeCloseTo(share, 6);
}

describe.each(outcomeKinds)("%s", (kind) => {
  const { form, outputs, graph, says } = madeModels[kind];
  const entry = outcomeEntry(form);

  test.each([false, true])(
    "rows and tables are scored alike, in parts and at once; in a process: %s",
    async (process) => {
      const bundle = await readBundle(writeMadeBundle(place(), kind));
      const scorers = await Promise.all([openScorer(bundle, { process }), openScorer(bundle, { maxBatch: 4 })]);
      const table = makeTable([{ name: "x", type: "number", data: Float64Array.from(xs) }]);
      for (const scorer of scorers) {
        const found = await scorer.score(xs.map((x) => ({ x })));
        for (const [i, x] of xs.entries()) expectSame(found[i]!, says(x));
        const outcomes = await scorer.scoreTable(table);
        expect(xs.map((_, i) => entry.at(outcomes, i))).toEqual(found);
        await scorer.close();
      }
    },
  );

  test("an outcome comes back from JSON, and has the fields that the schema says", () => {
    const { required, properties } = outputSchema(form) as { required: string[]; properties: object };
    for (const x of xs) {
      expect(JSON.parse(JSON.stringify(says(x)))).toEqual(says(x));
      expect(Object.keys(says(x)).sort()).toEqual([...required].sort());
      expect(Object.keys(properties).sort()).toEqual([...required].sort());
    }
  });

  test("outputs have names that no column has, and the card a sentence", async () => {
    const taken = outputNames(kind, [...entry.roles, `${entry.roles[0]}_`]);
    expect(Object.keys(taken)).toEqual(entry.roles);
    for (const name of Object.values<string>(taken)) expect(name).toMatch(/_$/);
    const { manifest } = await readBundle(writeMadeBundle(place(), kind));
    expect(modelCard(manifest, { tag: "tabular" })).toMatch(
      new RegExp(`\nA model \\(${kind}\\) that [a-z].* from 1 columns[.:]`),
    );
  });

  test.each<[string, (whole: Graph) => Graph]>([
    ["lacks an output", (whole) => buildGraph({ other: whole.outputs[0]!.tensor })],
    [
      "has an output of another type",
      (whole) =>
        buildGraph(Object.fromEntries(whole.outputs.map(({ name }) => [name, cast(whole.inputs[0]!, "int64")]))),
    ],
  ])("a model that %s is refused", async (_, change) => {
    const dir = writeMadeBundle(place(), kind, { model: encodeOnnx(change(graph())) });
    await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
  });

  test("a manifest without an output's name, or with a form that is none, is refused", async () => {
    const [first, ...rest] = Object.entries(outputs);
    expect(first).toBeDefined();
    const lacking = writeMadeBundle(place(), kind, { manifest: { outputs: Object.fromEntries(rest) } });
    await expect(readBundle(lacking)).rejects.toMatchObject({ code: "bundle-corrupt" });
    for (const field of Object.keys(form).filter((name) => name !== "kind")) {
      expect(entry.problem({ ...form, [field]: "?" })?.[0]).toBe(field);
      const broken = writeMadeBundle(place(), kind, { manifest: { outcome: { ...form, [field]: "?" } } });
      await expect(readBundle(broken)).rejects.toMatchObject({ code: "bundle-corrupt" });
    }
    expect(entry.problem({ ...form })).toBeUndefined();
  });
});

test("a model that gives other than it says is found out at the run", async () => {
  // Its width is known to nobody before.
  const wide = { kind: "series", steps: 4 } as const;
  const dir = writeMadeBundle(place(), "series", { manifest: { outcome: wide } });
  await expect(readBundle(dir)).rejects.toMatchObject({ code: "bundle-corrupt" });
  const classes = { kind: "class", classes: ["no", "maybe"], positive: null, threshold: null } as const;
  const scorer = await openScorer(
    await readBundle(writeMadeBundle(place(), "class", { manifest: { outcome: classes } })),
  );
  await expect(scorer.score([{ x: 5 }])).rejects.toMatchObject({ code: "bundle-corrupt" });
  await scorer.close();
});
