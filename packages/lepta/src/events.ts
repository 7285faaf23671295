// What the pipeline tells while it works; the commands draw it, the store keeps it.
import type { MetricTitle } from "@lepta/ml";

export type PipelineEvent =
  /** The server is up, before the first stage. `consoleUrl` carries the store's key: it is for the terminal alone. */
  | { readonly type: "ready"; readonly run: string; readonly url: string; readonly consoleUrl: string | undefined }
  | { readonly type: "stage-start"; readonly stage: string; readonly position: number; readonly total: number }
  | {
      readonly type: "stage-end";
      readonly stage: string;
      readonly status: "done" | "reused" | "failed";
      readonly seconds: number;
      /** The stage's figures, as people read them. */
      readonly lines: readonly string[];
    }
  | { readonly type: "progress"; readonly label: string; readonly done: number; readonly total: number }
  | {
      readonly type: "epoch";
      readonly model: string;
      readonly epoch: number;
      /** The most that there can be; early stopping may end before. */
      readonly epochs: number;
      /** For example loss, validationLoss, auc. */
      readonly values: Readonly<Record<string, number>>;
      /** How to read those of the values that are metrics; the others are losses. */
      readonly metrics: Readonly<Record<string, MetricTitle>>;
    }
  | { readonly type: "message"; readonly level: "info" | "warning"; readonly text: string };

export type Report = (event: PipelineEvent) => void;
