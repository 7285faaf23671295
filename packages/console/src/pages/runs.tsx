// The runs: what ran, what runs, and what was interrupted and how it goes on.
import type { RunSummary } from "@lepta/api";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page } from "../parts/page.tsx";
import { RunLink } from "../parts/references.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { Ago, Lasted } from "../parts/time-text.tsx";
import { Link, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { usePages } from "../state/query.ts";

const columns: readonly Column<RunSummary>[] = [
  { header: "Run", cell: (run) => <RunLink id={run.id} /> },
  {
    header: "Product",
    cell: (run) => <Link to={pathTo("product", { product: run.product })}>{run.product}</Link>,
  },
  {
    header: "Status",
    cell: (run) => (
      <>
        <StatusBadge status={run.status} />
        {run.resumable && <div className="dim small">can be resumed</div>}
      </>
    ),
  },
  { header: "Started", cell: (run) => <Ago at={run.startedAt} /> },
  {
    header: "Took",
    numeric: true,
    cell: (run) =>
      run.finishedAt === null && run.status !== "running" ? "–" : <Lasted from={run.startedAt} to={run.finishedAt} />,
  },
  { header: "Seed", numeric: true, cell: (run) => run.seed ?? "–" },
];

export function RunsPage() {
  const product = useAddress().query.get("product") ?? undefined;
  const runs = usePages(`runs ${product ?? ""}`, (client, options) => client.runs({ ...options, product }), {
    refreshMs: 3000,
  });
  return (
    <Page
      title="Runs"
      lead={
        product && (
          <span>
            of {product}. <Link to={pathTo("runs")}>Show all</Link>
          </span>
        )
      }
    >
      <Loaded query={runs}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title="No run yet">
              <code>lepta ship product.ts</code> starts one; its stages and curves can be watched here.
            </Nothing>
          ) : (
            <DataTable
              label="Runs"
              columns={columns}
              rows={items}
              rowKey={(run) => run.id}
              more={runs.more}
              loadingMore={runs.loadingMore}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
