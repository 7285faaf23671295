// Stored predictions: all, or those of a product, a version or an invoice line, as the address says.
import { Loaded } from "../parts/loading.tsx";
import { Page } from "../parts/page.tsx";
import { PredictionTable } from "../parts/prediction-table.tsx";
import { Link, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { usePages } from "../state/query.ts";

export function PredictionsPage() {
  const { query } = useAddress();
  const product = query.get("product") ?? undefined;
  const version = query.get("version") === null ? undefined : Number(query.get("version"));
  const invoiceLine = query.get("invoiceLine") ?? undefined;
  const predictions = usePages(`predictions ${query}`, (client, options) =>
    client.predictions({ ...options, product, version, invoiceLine }),
  );
  const of = [
    invoiceLine && "an invoice line",
    product && (version === undefined ? product : `${product} v${version}`),
  ].filter(Boolean);
  return (
    <Page
      title="Predictions"
      lead={
        of.length > 0 && (
          <span>
            of {of.join(", ")}. <Link to={pathTo("predictions")}>Show all</Link>
          </span>
        )
      }
    >
      <Loaded query={predictions}>
        {(items) => (
          <PredictionTable predictions={items} more={predictions.more} loadingMore={predictions.loadingMore} />
        )}
      </Loaded>
    </Page>
  );
}
