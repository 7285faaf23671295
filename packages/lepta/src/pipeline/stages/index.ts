// The stages of a product: this list is their order, their names, their help and the guide's table of them.
import { emptyLine, type StageLine } from "../stage-line.ts";
import type { Trained } from "../trained.ts";
import { type BillOutput, billStage } from "./bill.ts";
import { type BundleOutput, bundleStage } from "./bundle.ts";
import { type DataOutput, dataStage } from "./data.ts";
import { type DeployOutput, deployStage } from "./deploy.ts";
import { type EvaluateOutput, evaluateStage } from "./evaluate.ts";
import { trainStage } from "./train.ts";
import { type UseOutput, useStage } from "./use.ts";

export interface StageOutputs {
  readonly data: DataOutput;
  readonly train: Trained;
  readonly evaluate: EvaluateOutput;
  readonly bundle: BundleOutput;
  readonly deploy: DeployOutput;
  readonly use: UseOutput;
  readonly bill: BillOutput;
}

export type StageName = keyof StageOutputs;

export const productStages: StageLine<StageOutputs> = emptyLine
  .with(dataStage)
  .with(trainStage)
  .with(evaluateStage)
  .with(bundleStage)
  .with(deployStage)
  .with(useStage)
  .with(billStage);
