// The products: what each one's champion is worth, how its traffic is shared, what it answered and what that cost.
import type { Product } from "@lepta/api";
import { headlineMetric, metricName } from "../format/metrics.ts";
import { formatCount } from "../format/numbers.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { IntervalText } from "../parts/interval-plot.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Nothing, Page } from "../parts/page.tsx";
import { VersionLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { Traffic } from "../parts/traffic.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { type Query, usePages, useQuery } from "../state/query.ts";

const refreshMs = 10_000;

const columns: readonly Column<Product>[] = [
  {
    header: "Product",
    cell: (product) => (
      <>
        <Link to={pathTo("product", { product: product.name })} fw={600}>
          {product.name}
        </Link>
        <div className="dim small">
          {product.task}, {product.target}
        </div>
      </>
    ),
  },
  { header: "Champion", cell: (product) => <Champion product={product} /> },
  { header: "Quality", numeric: true, cell: (product) => <Quality product={product} /> },
  { header: "Traffic", cell: (product) => <TrafficOf product={product} /> },
  { header: "Predictions, this month", numeric: true, cell: (product) => <Used product={product} /> },
  { header: "Cost", numeric: true, cell: (product) => <Cost product={product} /> },
  { header: "Made", cell: (product) => <Ago at={product.createdAt} /> },
];

export function ProductsPage() {
  const products = usePages("products", (client, options) => client.products(options), { refreshMs });
  return (
    <Page title="Products">
      <Loaded query={products}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title="No product yet">
              <code>lepta ship product.ts</code> trains, registers and deploys one; it then stands here.
            </Nothing>
          ) : (
            <DataTable
              label="Products"
              columns={columns}
              rows={items}
              rowKey={(product) => product.name}
              more={products.more}
              loadingMore={products.loadingMore}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

/** A cell's own query: a dash until it answers, and where the answer has nothing. */
function Cell<T>({ query, children }: { query: Query<T>; children: (data: T) => React.ReactNode }) {
  if (query.data !== undefined) return children(query.data) ?? <span className="dim">–</span>;
  return (
    <span className="dim" title={query.error?.message}>
      {query.error ? "unknown" : "–"}
    </span>
  );
}

function useExperiment(product: Product) {
  return useQuery(
    product.deployed ? `experiment ${product.name}` : undefined,
    (client, options) => client.experiment(product.name, options),
    { refreshMs },
  );
}

function Champion({ product }: { product: Product }) {
  const experiment = useExperiment(product);
  if (!product.deployed) return <span className="dim">not deployed</span>;
  return (
    <Cell query={experiment}>
      {({ variants }) => {
        const champion = variants.find((v) => v.role === "champion");
        return champion && <VersionLink product={product.name} model={champion.model} />;
      }}
    </Cell>
  );
}

function Quality({ product }: { product: Product }) {
  const experiment = useExperiment(product);
  const versions = useQuery(product.versionCount > 0 ? `versions ${product.name}` : undefined, (client, options) =>
    client.versions(product.name, { ...options, limit: 500 }),
  );
  return (
    <Cell query={versions}>
      {({ items }) => {
        const champion = experiment.data?.variants.find((v) => v.role === "champion")?.model.id;
        const version = items.find((v) => v.id === champion) ?? (product.deployed ? undefined : items[0]);
        const headline = version && headlineMetric(product.task, version.metrics);
        if (!headline) return undefined;
        const { label, meaning } = metricName(headline.name);
        return (
          <span title={meaning}>
            <span className="dim small">{label} </span>
            <IntervalText interval={headline.interval} />
          </span>
        );
      }}
    </Cell>
  );
}

function TrafficOf({ product }: { product: Product }) {
  const experiment = useExperiment(product);
  return <Cell query={experiment}>{({ variants }) => <Traffic variants={variants} />}</Cell>;
}

function Used({ product }: { product: Product }) {
  const usage = useQuery(
    `usage ${product.name}`,
    (client, options) => client.usage({ ...options, product: product.name }),
    { refreshMs },
  );
  return <Cell query={usage}>{({ total }) => formatCount(total)}</Cell>;
}

function Cost({ product }: { product: Product }) {
  const experiment = useExperiment(product);
  return (
    <Cell query={experiment}>
      {({ variants }) => {
        const cost = variants.find((v) => v.role === "champion")?.cost;
        return cost && <IntervalText interval={cost} />;
      }}
    </Cell>
  );
}
