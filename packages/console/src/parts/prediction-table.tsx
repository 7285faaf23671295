// Predictions in a table, newest first: what was answered, by which version, and what turned out.
import type { PredictionRecord } from "@lepta/api";
import { Button } from "@mantine/core";
import { answerText, labelText, viewOf } from "../outcomes/index.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { Nothing } from "./page.tsx";
import { PredictionLink, VersionLink } from "./references.tsx";
import { Ago } from "./time-text.tsx";

const columns: readonly Column<PredictionRecord>[] = [
  { header: "Prediction", cell: (record) => <PredictionLink id={record.id} /> },
  { header: "Answer", narrow: "end", cell: (record) => <b>{answerText(record)}</b> },
  {
    header: "Figure",
    numeric: true,
    narrow: "end",
    cell: ({ outcome }) => viewOf(outcome).figure(outcome) ?? "–",
  },
  { header: "True label", cell: (record) => <Truth record={record} /> },
  {
    header: "Version",
    narrow: "hidden",
    cell: (record) => <VersionLink product={record.product} model={record.model} />,
  },
  { header: "Variant", narrow: "hidden", cell: (record) => record.variant },
  { header: "When", cell: (record) => <Ago at={record.at} /> },
];

interface PredictionTableProps {
  predictions: readonly PredictionRecord[];
  more?: (() => void) | undefined;
  loadingMore?: boolean | undefined;
}

export function PredictionTable({ predictions, more, loadingMore }: PredictionTableProps) {
  if (predictions.length === 0) {
    return more ? (
      <Nothing title="None among the newest">
        The newest predictions have been looked through.{" "}
        <Button variant="subtle" onClick={more} loading={loadingMore ?? false}>
          Look on
        </Button>
      </Nothing>
    ) : (
      <Nothing title="No predictions here">
        They stand here as soon as the API answers one: <code>POST /v1/products/…/predictions</code>.
      </Nothing>
    );
  }
  return (
    <DataTable
      label="Predictions"
      columns={columns}
      rows={predictions}
      rowKey={(record) => record.id}
      more={more}
      loadingMore={loadingMore}
    />
  );
}

function Truth({ record }: { record: PredictionRecord }) {
  if (!record.feedback) return <span className="dim">not known</span>;
  const { label } = record.feedback;
  const right = viewOf(record.outcome).right(record.outcome, label);
  return (
    <span>
      {labelText(record, label)}{" "}
      {right !== undefined && <span className="dim small">{right ? "as answered" : "not as answered"}</span>}
    </span>
  );
}
