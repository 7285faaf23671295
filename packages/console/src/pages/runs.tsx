// The runs: what ran, what runs, what was interrupted and how it goes on, and any two beside each other.
import { type RunSummary, runName } from "@lepta/api";
import { meaning } from "../format/metrics.ts";
import { formatValue } from "../format/numbers.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page, Section } from "../parts/page.tsx";
import { RunLink } from "../parts/references.tsx";
import { RunComparison } from "../parts/run-comparison.tsx";
import { Select } from "../parts/select.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { Ago, Lasted } from "../parts/time-text.tsx";
import { Link, navigate, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { usePages } from "../state/query.ts";

const columns: readonly Column<RunSummary>[] = [
  { header: "Run", cell: (run) => <RunLink id={run.id} /> },
  {
    header: "Product",
    cell: (run) => <Link to={pathTo("product", { product: run.product })}>{run.product}</Link>,
  },
  {
    header: "Headline",
    numeric: true,
    narrow: "end",
    cell: ({ headline }) =>
      headline === null ? (
        none
      ) : (
        <span title={meaning(headline)}>
          <span className="dim small">{headline.title}</span> {formatValue(headline.value)}
          <div className="dim small">{headline.model}</div>
        </span>
      ),
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
  { header: "Seed", numeric: true, narrow: "hidden", cell: (run) => run.seed ?? "–" },
];
const none = <span className="dim">–</span>;

export function RunsPage() {
  const { query } = useAddress();
  const product = query.get("product") ?? undefined;
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
            <>
              <DataTable
                label="Runs"
                columns={columns}
                rows={items}
                rowKey={(run) => run.id}
                more={runs.more}
                loadingMore={runs.loadingMore}
              />
              <Comparison runs={items} product={product} asked={query.get("compare")} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** `compare=a,b` in the address; what is not named is the newest other run of the same product. */
function Comparison({
  runs,
  product,
  asked,
}: {
  runs: readonly RunSummary[];
  product: string | undefined;
  asked: string | null;
}) {
  const [first, second] = (asked ?? "").split(",");
  const left = first || runs[0]?.id;
  const of = runs.find(({ id }) => id === left)?.product;
  const right = second || runs.find((run) => run.id !== left && run.product === of)?.id;
  if (left === undefined || right === undefined) return null;
  const show = (pair: readonly [string, string]) =>
    navigate(pathTo("runs", {}, { product, compare: pair.join(",") }), true);
  const options = [...new Set([left, right, ...runs.map(({ id }) => id)])].map((id) => ({
    value: id,
    label: runName(id),
  }));
  return (
    <Section
      title="Compare"
      note="What the stages of two runs found."
      actions={
        <>
          <Select label="Compare" value={left} onChange={(id) => show([id, right])} options={options} />
          <Select label="with" value={right} onChange={(id) => show([left, id])} options={options} />
        </>
      }
    >
      <RunComparison left={left} right={right} />
    </Section>
  );
}
