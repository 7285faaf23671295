// Stage 6: the held-out rows go through HTTP with an API key of the organisation's own use, which is counted and never
// billed; their true labels follow as feedback.
import type { Experiment, Label, Row } from "@lepta/api";
import { createApiClient } from "@lepta/api";
import { columnOf, rowsOf, takeColumns, valueAt } from "@lepta/data";
import { kindOf, targetIn } from "@lepta/ml";
import { type LearningTable, type TableKey, testRows } from "../../learning/learning-table.ts";
import { labelOf } from "../../learning/outcomes.ts";
import { experimentText } from "../../text/experiment-text.ts";
import { formatCount } from "../../text/numbers.ts";
import { uuidFrom } from "../prediction-id.ts";
import type { Stage } from "../stage.ts";
import type { RunTools } from "../tools.ts";
import type { DataOutput } from "./data.ts";
import type { DeployOutput } from "./deploy.ts";

export type UseInput = {
  readonly product: string;
  readonly deployment: string;
  /** Whose held-out rows are sent. */
  readonly table: TableKey;
};

export type UseOutput = {
  readonly predictions: number;
  readonly labels: number;
  readonly experiment: Experiment;
};

/** One held-out row as it is sent. */
interface HeldOutRow {
  readonly id: string;
  readonly subject: string;
  readonly row: Row;
  readonly label: Label;
}

/** Rows a request. */
const batch = 20;

function heldOutRows(learning: LearningTable, deployment: string): HeldOutRow[] {
  const { schema, task } = learning;
  const held = testRows(learning);
  const form = task.form(targetIn(schema));
  const labels = kindOf(form).labels(held, targetIn(schema).name);
  const features = takeColumns(
    held,
    schema.features.map(({ name }) => name),
  );
  const group = schema.group === undefined ? undefined : columnOf(held, schema.group);
  const seen = new Map<string, number>();
  return Array.from(rowsOf(features), (row, i): HeldOutRow => {
    const hash = held.rowHashes[i] as string;
    // Equal rows are different cases: their place among equals tells them apart.
    const copy = seen.get(hash) ?? 0;
    seen.set(hash, copy + 1);
    // A person's rows are one subject: the experiment answers them by one model and counts them as one.
    const member = group === undefined ? undefined : valueAt(group, i);
    const subject =
      member == null ? uuidFrom("subject", hash, String(copy)) : uuidFrom("subject", "group", String(member));
    return {
      id: uuidFrom("prediction", deployment, hash, String(copy)),
      subject,
      row,
      label: labelOf(form, labels, i),
    };
  });
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

async function use({ product, deployment, table }: UseInput, tools: RunTools): Promise<UseOutput> {
  const { client, url, report, signal } = tools;
  const sent = heldOutRows(await tools.table(table), deployment);
  const key = await client.createKey({
    name: `${product}: held-out rows`,
    scopes: ["predict", "feedback"],
    own: true,
  });
  try {
    const user = createApiClient({ url, key: key.secret });
    let done = 0;
    for (const part of batches(sent, batch)) {
      await user.predictMany(
        product,
        part.map(({ id, subject, row }) => ({ id, subject, row })),
        { signal },
      );
      done += part.length;
      report({ type: "progress", label: "predict", done, total: sent.length });
    }
    done = 0;
    for (const part of batches(sent, batch * 5)) {
      await user.feedbackMany(
        product,
        part.map(({ id, label }) => ({ prediction: id, label })),
        { signal },
      );
      done += part.length;
      report({ type: "progress", label: "feedback", done, total: sent.length });
    }
  } finally {
    await client.revokeKey(key.id);
  }
  const experiment = await client.experiment(product);
  return { predictions: sent.length, labels: sent.length, experiment };
}

export const useStage: Stage<"use", UseInput, UseOutput, { readonly data: DataOutput; readonly deploy: DeployOutput }> =
  {
    name: "use",
    help: {
      does: "the held-out rows go through the API as own use, their labels follow as feedback",
      dependsOn: "the product's name, the table, the deployment",
    },
    input: ({ name }, { data, deploy }) => ({
      product: name,
      deployment: deploy.deployment.id,
      table: data.source,
    }),
    run: use,
    describe: ({ predictions, labels, experiment }) => [
      `${formatCount(predictions)} held-out rows predicted over HTTP, ${formatCount(labels)} true labels sent as feedback`,
      ...experimentText(experiment),
    ],
    summary: ({ predictions, labels, experiment }) => ({
      predictions,
      labels,
      variants: experiment.variants.map(({ name, predictions: asked, feedback, cost }) => ({
        variant: name,
        predictions: asked,
        labels: feedback,
        [`mean ${experiment.metric}`]: cost?.value ?? null,
      })),
    }),
  };
