// Stage 4: each model with its fitted preprocessing becomes a bundle: model.onnx, manifest.json, card.md, rows.bloom.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type OutcomeForm, writeBundle } from "@lepta/ml";
import { formatCount } from "../../text/numbers.ts";
import { textTable } from "../../text/text-table.ts";
import type { Evaluated } from "../evaluated.ts";
import type { Stage } from "../stage.ts";
import type { Workplace } from "../workplace.ts";
import { openTrained, type TrainOutput } from "./train.ts";

export type BundleInput = {
  readonly trained: TrainOutput;
  readonly evaluated: Evaluated;
  readonly dataHash: string;
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

export function bundleDirectory(workplace: Workplace, output: Pick<BundleOutput, "folder">, model: string): string {
  return join(workplace.folder("bundle", output.folder), model);
}

export const bundleStage: Stage<Workplace, BundleInput, BundleOutput> = {
  name: "bundle",
  async run(workplace, { trained, evaluated, dataHash }, { inputHash, report }) {
    const { product } = workplace;
    const test = await workplace.testHash();
    const [baseline] = evaluated.models;
    const deployed = evaluated.models.filter((one) => one === baseline || one.model === evaluated.challenger);
    const bundles: BundleDescription[] = [];
    let about: Pick<BundleOutput, "task" | "target" | "outcome"> | undefined;
    for (const [done, { model, metrics, threshold, trivial }] of deployed.entries()) {
      report({ type: "progress", label: "bundle", done, total: deployed.length });
      const checkpoint = trained.models.find((one) => one.model === model)?.checkpoint ?? "";
      const opened = await openTrained(workplace, trained, { model, checkpoint });
      const { manifest } = await writeBundle(bundleDirectory(workplace, { folder: inputHash }, model), {
        trained: opened,
        name: product.name,
        dataHash,
        run: workplace.run,
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
    const path = relative(workplace.served.home, workplace.folder("bundle", inputHash));
    return { folder: inputHash, path, ...about, bundles } as BundleOutput;
  },
  holds: async (workplace, output) =>
    output.bundles.every(({ model }) => existsSync(join(bundleDirectory(workplace, output, model), "manifest.json"))),
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
