// One prediction's record: the answer, the row it was made from, and the way to its version, run, data and invoice line.
import type { PredictionRecord } from "@lepta/api";
import { answerText, labelText, viewOf } from "../outcomes/index.ts";
import { Details } from "../parts/facts.tsx";
import { Copy, Hash } from "../parts/hash.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Page, Section } from "../parts/page.tsx";
import { RunLink, shortId, VersionLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";
import styles from "./prediction.module.css";

export function PredictionPage({ id }: { id: string }) {
  const prediction = useQuery(`prediction ${id}`, (client, options) => client.prediction(id, options));
  return (
    <Page
      title={`Prediction ${shortId(id)}`}
      crumbs={[{ label: "Predictions", to: pathTo("predictions") }]}
      lead={
        prediction.data && (
          <>
            <Link to={pathTo("product", { product: prediction.data.product })}>{prediction.data.product}</Link>
            <Ago at={prediction.data.at} />
          </>
        )
      }
    >
      <Loaded query={prediction}>{(record) => <Record record={record} />}</Loaded>
    </Page>
  );
}

function Record({ record }: { record: PredictionRecord }) {
  return (
    <>
      <Trail record={record} />
      <div className={styles.columns}>
        <Section title="Answer">
          <Answer record={record} />
        </Section>
        <Section title="Row" note="As the caller sent it; the model prepares it itself.">
          <Details
            facts={Object.entries(record.row).map(([name, value]) => ({
              name,
              value: value === null ? <span className="dim">missing</span> : String(value),
            }))}
          />
        </Section>
      </div>
    </>
  );
}

/** The one record that the id stands for, from the call to the bill. */
function Trail({ record }: { record: PredictionRecord }) {
  const invoice = useQuery(
    record.invoiceLine === null ? undefined : `line ${record.invoiceLine}`,
    async (client, options) => {
      const { items } = await client.invoices({ ...options, limit: 500 });
      return items.find((item) => item.lines.some((line) => line.id === record.invoiceLine)) ?? null;
    },
  );
  const steps = [
    {
      name: "Prediction",
      value: (
        <span className={styles.id}>
          <code title={record.id}>{shortId(record.id)}</code>
          <Copy value={record.id} name="prediction’s id" />
        </span>
      ),
    },
    { name: "Version", value: <VersionLink product={record.product} model={record.model} /> },
    { name: "Run", value: record.run ? <RunLink id={record.run} /> : "–" },
    { name: "Data", value: <Hash value={record.dataHash} name="data hash" /> },
    {
      name: "Invoice line",
      value:
        record.invoiceLine === null ? (
          <span className="dim">not invoiced yet</span>
        ) : invoice.data ? (
          <Link to={pathTo("invoice", { id: invoice.data.id })}>invoice {invoice.data.number}</Link>
        ) : (
          <code title={record.invoiceLine}>{shortId(record.invoiceLine)}</code>
        ),
    },
  ];
  return (
    <ol className={styles.trail} aria-label="From the call to the bill">
      {steps.map(({ name, value }) => (
        <li key={name}>
          <span className={styles.step}>{name}</span>
          {value}
        </li>
      ))}
    </ol>
  );
}

/** The trace's id out of `00-<trace>-<span>-<flags>` (W3C Trace Context). */
function TracePart({ traceparent }: { traceparent: string | null }) {
  const trace = traceparent?.split("-")[1];
  return trace ? <Hash value={trace} name="trace’s id" /> : <span className="dim">none</span>;
}

function Answer({ record }: { record: PredictionRecord }) {
  const { outcome, feedback } = record;
  return (
    <div className={styles.answer}>
      <p className={styles.label}>{answerText(record)}</p>
      {viewOf(outcome).answer(record, outcome)}
      <Details
        facts={[
          {
            name: "True label",
            value: feedback ? (
              <>
                {labelText(record, feedback.label)}, told <Ago at={feedback.at} />
              </>
            ) : (
              <span className="dim">not known</span>
            ),
          },
          { name: "Variant", value: record.variant },
          { name: "Trace", value: <TracePart traceparent={record.traceparent} /> },
          {
            name: "Subject",
            value: record.subjectHash ? (
              <Hash value={record.subjectHash} name="subject’s hash" />
            ) : (
              <span className="dim">none given</span>
            ),
          },
        ]}
      />
    </div>
  );
}
