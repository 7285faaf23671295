// The invoices; this month's can be made, or brought up to date.
import type { Invoice } from "@lepta/api";
import { Button } from "@mantine/core";
import { formatMicros } from "../format/money.ts";
import { formatCount } from "../format/numbers.ts";
import { formatPeriod } from "../format/time.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Ago } from "../parts/time-text.tsx";
import { useAction } from "../state/action.ts";
import { Link, navigate } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { usePages } from "../state/query.ts";

const columns: readonly Column<Invoice>[] = [
  {
    header: "Invoice",
    cell: (invoice) => (
      <Link to={pathTo("invoice", { id: invoice.id })}>
        {formatPeriod(invoice.period)}, no. {invoice.number}
      </Link>
    ),
  },
  { header: "Status", cell: (invoice) => invoice.status },
  {
    header: "Predictions",
    numeric: true,
    cell: (invoice) => formatCount(invoice.lines.reduce((sum, line) => sum + line.count, 0)),
  },
  { header: "Total", numeric: true, cell: (invoice) => formatMicros(invoice.totalMicros, invoice.currency) },
  {
    header: "Issued",
    cell: (invoice) => (invoice.issuedAt ? <Ago at={invoice.issuedAt} /> : <span className="dim">not yet</span>),
  },
];

export function InvoicesPage() {
  const invoices = usePages("invoices", (client, options) => client.invoices(options));
  const make = useAction((client) => client.createInvoice());
  async function makeInvoice() {
    const invoice = await make.run();
    if (invoice) navigate(pathTo("invoice", { id: invoice.id }));
  }
  return (
    <Page
      title="Invoices"
      actions={
        <Button onClick={makeInvoice} loading={make.busy} variant="default">
          Invoice this month so far
        </Button>
      }
    >
      {make.error && <ProblemNote error={make.error} />}
      <Loaded query={invoices}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title="No invoice yet">
              A month’s usage becomes one here, or by <code>lepta invoice</code>. Until the month is over it is a draft.
            </Nothing>
          ) : (
            <DataTable
              label="Invoices"
              columns={columns}
              rows={items}
              rowKey={(invoice) => invoice.id}
              more={invoices.more}
              loadingMore={invoices.loadingMore}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
