// One invoice: each line with its count, price and amount, its version and data, and the way to its predictions.
import type { Invoice, InvoiceLine } from "@lepta/api";
import { formatMicros } from "../format/money.ts";
import { formatCount } from "../format/numbers.ts";
import { formatPeriod } from "../format/time.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Hash } from "../parts/hash.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page } from "../parts/page.tsx";
import { VersionLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";
import styles from "./invoice.module.css";

export function InvoicePage({ id }: { id: string }) {
  const invoice = useQuery(`invoice ${id}`, (client, options) => client.invoice(id, options));
  const data = invoice.data;
  return (
    <Page
      title={data ? `Invoice ${data.number}, ${formatPeriod(data.period)}` : "Invoice"}
      heading={data ? `Invoice ${data.number}` : "Invoice"}
      crumbs={[{ label: "Invoices", to: pathTo("invoices") }]}
      lead={
        data && (
          <>
            <span>{formatPeriod(data.period)}</span>
            <span>{data.status === "draft" ? "a draft: the month is not over" : "issued"}</span>
            <span>
              made <Ago at={data.createdAt} />
            </span>
          </>
        )
      }
    >
      <Loaded query={invoice}>{(shown) => <Lines invoice={shown} />}</Loaded>
    </Page>
  );
}

function Lines({ invoice }: { invoice: Invoice }) {
  const { currency } = invoice;
  if (invoice.lines.length === 0)
    return <Nothing title="No lines">Nothing was used in {formatPeriod(invoice.period)}.</Nothing>;
  const late = invoice.lines.some((line) => line.period !== invoice.period);
  const columns: Column<InvoiceLine>[] = [
    // Only where the invoice has usage of an earlier month, which was heard of late.
    ...(late ? [{ header: "Used in", cell: (line: InvoiceLine) => formatPeriod(line.period) }] : []),
    {
      header: "Product",
      cell: (line) => <Link to={pathTo("product", { product: line.product })}>{line.product}</Link>,
    },
    { header: "Version", cell: (line) => <VersionLink product={line.product} model={line.model} /> },
    { header: "Data", cell: (line) => <Hash value={line.dataHash} name="data hash" /> },
    {
      header: "Predictions",
      numeric: true,
      cell: (line) => (
        <Link to={pathTo("predictions", {}, { invoiceLine: line.id })} title="List the predictions of this line">
          {formatCount(line.count)}
        </Link>
      ),
    },
    { header: "Own use", numeric: true, cell: (line) => formatCount(line.own) },
    { header: "Free", numeric: true, cell: (line) => formatCount(line.free) },
    { header: "Billed", numeric: true, cell: (line) => formatCount(line.billed) },
    { header: "Unit price", numeric: true, cell: (line) => formatMicros(line.unitPriceMicros, currency) },
    { header: "Amount", numeric: true, cell: (line) => <b>{formatMicros(line.amountMicros, currency)}</b> },
  ];
  return (
    <div className={styles.invoice}>
      <DataTable label="Invoice lines" columns={columns} rows={invoice.lines} rowKey={(line) => line.id} />
      <p className={styles.total}>
        <span>Total</span>
        <b>{formatMicros(invoice.totalMicros, currency)}</b>
      </p>
    </div>
  );
}
