// Stage 4: each model with its fitted preprocessing becomes a bundle: model.onnx, manifest.json, card.md, rows.bloom.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type OutcomeForm, writeBundle } from "@lepta/ml";
import { type TableKey, testRows } from "../../learning/learning-table.ts";
import { formatCount } from "../../text/numbers.ts";
import { textTable } from "../../text/text-table.ts";
import type { Evaluated } from "../evaluated.ts";
import type { Stage } from "../stage.ts";
import type { RunTools } from "../tools.ts";
import { openTrained, type Trained } from "../trained.ts";
import type { DataOutput } from "./data.ts";
import type { EvaluateOutput } from "./evaluate.ts";

export type BundleInput = {
  /** Of the product: the manifest has it. */
  readonly name: string;
  readonly table: TableKey;
  readonly dataHash: string;
  readonly trained: Trained;
  readonly evaluated: Evaluated;
};

export type BundleDescription = {
  readonly model: string;
  readonly modelSha256: string;
  readonly modelBytes: number;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
};

export type BundleOutput = {
  /** Name of the folder that keeps the bundles. */
  readonly folder: string;
  /** The same as a path in the store. */
  readonly path: string;
  readonly task: string;
  readonly target: string;
  readonly outcome: OutcomeForm;
  /** The baseline, and the challenger where there is one beside it. */
  readonly bundles: readonly BundleDescription[];
};

export function bundleDirectory({ folder }: Pick<BundleOutput, "folder">, model: string, tools: RunTools): string {
  return join(tools.folder("bundle", folder), model);
}

export const bundleStage: Stage<
  "bundle",
  BundleInput,
  BundleOutput,
  { readonly data: DataOutput; readonly train: Trained; readonly evaluate: EvaluateOutput }
> = {
  name: "bundle",
  help: {
    does: "`model.onnx` with the preprocessing inside, `manifest.json`, `card.md`, `rows.bloom`",
    dependsOn: "the product's name, the table, the models and their measured quality",
  },
  input({ name }, { data, train, evaluate }) {
    // The gates are cleared: what follows does not hang on them.
    const { gates: _, ...evaluated } = evaluate;
    return { name, table: data.source, dataHash: data.dataHash, trained: train, evaluated };
  },
  async run({ name, table, dataHash, trained, evaluated }, tools) {
    const { inputHash: folder, report, home, runId } = tools;
    const test = testRows(await tools.table(table)).hash;
    const [baseline] = evaluated.models;
    const deployed = evaluated.models.filter((one) => one === baseline || one.model === evaluated.challenger);
    const bundles: BundleDescription[] = [];
    let about: Pick<BundleOutput, "task" | "target" | "outcome"> | undefined;
    for (const [done, { model, metrics, threshold, trivial }] of deployed.entries()) {
      report({ type: "progress", label: "bundle", done, total: deployed.length });
      const checkpoint = trained.models.find((one) => one.model === model)?.checkpoint ?? "";
      const opened = await openTrained(trained, { model, checkpoint }, table, tools);
      const { manifest } = await writeBundle(bundleDirectory({ folder }, model, tools), {
        trained: opened,
        name,
        dataHash,
        run: runId,
        metrics,
        trivial,
        evaluatedOn: { rows: evaluated.rows, dataHash: test },
        ...(baseline === undefined || model === baseline.model
          ? {}
          : { baseline: { model: baseline.model, metrics: baseline.metrics } }),
        ...(threshold === null ? {} : { threshold }),
      });
      const { modelSha256, modelBytes, inputs, task, target, outcome } = manifest;
      bundles.push({ model, modelSha256, modelBytes, inputs });
      about ??= { task, target, outcome };
    }
    const path = relative(home, tools.folder("bundle", folder));
    return { folder, path, ...about, bundles } as BundleOutput;
  },
  holds: async (_, output, tools) =>
    output.bundles.every(({ model }) => existsSync(join(bundleDirectory(output, model, tools), "manifest.json"))),
  describe: ({ bundles, path }) => [
    "model.onnx takes raw rows: the fitted preprocessing is inside; beside it manifest.json, card.md and rows.bloom",
    ...textTable([
      ["bundle", "inputs", "kB", "sha256"],
      ...bundles.map(({ model, inputs, modelBytes, modelSha256 }) => [
        model,
        formatCount(inputs.length),
        formatCount(Math.ceil(modelBytes / 1024)),
        modelSha256.slice(0, 12),
      ]),
    ]),
    `in the store: ${path}`,
  ],
  summary: ({ bundles }) => ({
    bundles: bundles.map(({ model, modelBytes: bytes, modelSha256: sha256 }) => ({ model, bytes, sha256 })),
  }),
};
