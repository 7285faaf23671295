// Stage 4: each model with its fitted preprocessing becomes a bundle: model.onnx, manifest.json, card.md, rows.bloom.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { writeBundle } from "@lepta/ml";
import type { Evaluated } from "./evaluate.ts";
import { measured } from "./metrics-text.ts";
import { formatCount } from "./numbers.ts";
import { type Role, roles } from "./roles.ts";
import type { Stage } from "./stage.ts";
import { textTable } from "./text-table.ts";
import { openTrained, type TrainOutput } from "./train.ts";
import type { Workplace } from "./workplace.ts";

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
  /** Name of the folder that keeps both bundles. */
  readonly folder: string;
  /** The same as a path in the store. */
  readonly path: string;
  readonly task: string;
  readonly target: string;
  readonly classes: readonly string[] | null;
  readonly positive: string | null;
  readonly bundles: Readonly<Record<Role, BundleDescription>>;
};

export function bundleDirectory(workplace: Workplace, output: Pick<BundleOutput, "folder">, role: Role): string {
  return join(workplace.folder("bundle", output.folder), role);
}

export const bundleStage: Stage<Workplace, BundleInput, BundleOutput> = {
  name: "bundle",
  async run(workplace, { trained, evaluated, dataHash }, { inputHash, report }) {
    const { product } = workplace;
    const test = await workplace.testHash();
    const bundles: Partial<Record<Role, BundleDescription>> = {};
    let about: Pick<BundleOutput, "task" | "target" | "classes" | "positive"> | undefined;
    for (const [done, role] of roles.entries()) {
      report({ type: "progress", label: "bundle", done, total: roles.length });
      const { metrics, threshold, trivial } = evaluated.models[role];
      const task = await openTrained(workplace, trained, role);
      const { manifest } = await writeBundle(bundleDirectory(workplace, { folder: inputHash }, role), {
        trained: task,
        name: product.name,
        dataHash,
        run: workplace.run,
        metrics: measured(metrics),
        trivial,
        evaluatedOn: { rows: evaluated.rows, dataHash: test },
        ...(role === "baseline"
          ? {}
          : {
              baseline: { model: trained.models.baseline.model, metrics: measured(evaluated.models.baseline.metrics) },
            }),
        ...(threshold === null ? {} : { threshold }),
      });
      const { model, modelSha256, modelBytes, inputs, outcome, target } = manifest;
      bundles[role] = { model, modelSha256, modelBytes, inputs };
      const { classes, positive } = outcome.kind === "class" ? outcome : { classes: null, positive: null };
      about = { task: manifest.task, target, classes, positive };
    }
    const path = relative(workplace.served.home, workplace.folder("bundle", inputHash));
    return { folder: inputHash, path, ...about, bundles } as BundleOutput;
  },
  holds: async (workplace, output) =>
    roles.every((role) => existsSync(join(bundleDirectory(workplace, output, role), "manifest.json"))),
  describe: ({ bundles, path }) => [
    "model.onnx takes raw rows: the fitted preprocessing is inside; beside it manifest.json, card.md and rows.bloom",
    ...textTable([
      ["bundle", "model", "inputs", "kB", "sha256"],
      ...roles.map((role) => {
        const { model, inputs, modelBytes, modelSha256 } = bundles[role];
        return [
          role,
          model,
          formatCount(inputs.length),
          formatCount(Math.ceil(modelBytes / 1024)),
          modelSha256.slice(0, 12),
        ];
      }),
    ]),
    `in the store: ${path}`,
  ],
  summary: ({ bundles }) => ({
    bundles: roles.map((role) => {
      const { modelBytes: bytes, modelSha256: sha256 } = bundles[role];
      return { model: role, bytes, sha256 };
    }),
  }),
};
