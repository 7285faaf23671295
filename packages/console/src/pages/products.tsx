// The products: what each one's champion is worth, how its traffic is shared, what it answered and what that cost.
import type { ApiClient, CallOptions, Experiment, Product, Version } from "@lepta/api";
import type { ReactNode } from "react";
import { deciding, meaning } from "../format/metrics.ts";
import { formatCount } from "../format/numbers.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { FirstUse } from "../parts/first-use.tsx";
import { IntervalText } from "../parts/interval-plot.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Page } from "../parts/page.tsx";
import { VersionLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { Traffic } from "../parts/traffic.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { usePages, useQuery } from "../state/query.ts";

const refreshMs = 10_000;

/** A product with what its row tells beside it; undefined: not read yet, or not there. */
interface Row {
  readonly product: Product;
  readonly experiment?: Experiment | undefined;
  /** The champion, or the newest version where nothing is deployed. */
  readonly version?: Version | undefined;
  readonly used?: number | undefined;
}

const columns: readonly Column<Row>[] = [
  {
    header: "Product",
    cell: ({ product }) => (
      <>
        <Link to={pathTo("product", { product: product.name })} fw={600}>
          {product.name}
        </Link>
        <div className="dim small">
          {product.task}: {product.target}
        </div>
      </>
    ),
  },
  {
    header: "Champion",
    cell: ({ product, experiment }) => {
      if (!product.deployed) return <span className="dim">not deployed</span>;
      const champion = experiment?.variants.find((variant) => variant.role === "champion");
      return champion ? <VersionLink product={product.name} model={champion.model} /> : none;
    },
  },
  { header: "Quality", numeric: true, narrow: "end", cell: (row) => quality(row) ?? none },
  { header: "Traffic", cell: ({ experiment }) => (experiment ? <Traffic variants={experiment.variants} /> : none) },
  {
    header: "Predictions",
    numeric: true,
    cell: ({ used }) =>
      used === undefined ? (
        none
      ) : (
        <>
          {formatCount(used)}
          <div className="dim small">this month</div>
        </>
      ),
  },
  {
    header: "Champion’s cost",
    numeric: true,
    cell: ({ experiment }) => {
      const cost = experiment?.variants.find((variant) => variant.role === "champion")?.cost;
      return cost ? <IntervalText interval={cost} /> : none;
    },
  },
  { header: "Made", narrow: "hidden", cell: ({ product }) => <Ago at={product.createdAt} /> },
];
const none = <span className="dim">–</span>;

export function ProductsPage() {
  const products = usePages("products", (client, options) => client.products(options), { refreshMs });
  const names = products.data?.map(({ name }) => name).join();
  const rows = useQuery(
    names ? `products with figures ${names}` : undefined,
    (client, options) => readRows(client, products.data ?? [], options),
    { refreshMs },
  );
  return (
    <Page title="Products">
      <Loaded query={products}>
        {(items) =>
          items.length === 0 ? (
            <FirstUse />
          ) : (
            <DataTable
              label="Products"
              columns={columns}
              rows={rows.data ?? items.map((product) => ({ product }))}
              rowKey={({ product }) => product.name}
              more={products.more}
              loadingMore={products.loadingMore}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

/** What one product does not tell leaves its cell empty and the others as they are. */
function readRows(client: ApiClient, products: readonly Product[], options: CallOptions): Promise<Row[]> {
  const usage = client.usage(options).catch(() => undefined);
  return Promise.all(
    products.map(async (product) => {
      const [experiment, versions, used] = await Promise.all([
        product.deployed ? client.experiment(product.name, options).catch(() => undefined) : undefined,
        product.versionCount > 0
          ? client.versions(product.name, { ...options, limit: 500 }).catch(() => undefined)
          : undefined,
        usage,
      ]);
      const champion = experiment?.variants.find((variant) => variant.role === "champion")?.model.id;
      return {
        product,
        experiment,
        version: versions?.items.find((version, i) => (product.deployed ? version.id === champion : i === 0)),
        used: used?.lines.reduce((sum, line) => sum + (line.product === product.name ? line.count : 0), 0),
      };
    }),
  );
}

function quality({ version }: Row): ReactNode {
  const headline = version && deciding(version.metrics);
  if (!headline) return undefined;
  return (
    <span title={meaning(headline)}>
      <IntervalText interval={headline} name={headline.title} />
    </span>
  );
}
