// Stored predictions: all, or those that the address asks for by product, version, variant, answer, truth, invoice line.
import { Loaded } from "../parts/loading.tsx";
import { Page } from "../parts/page.tsx";
import { PredictionFilters } from "../parts/prediction-filters.tsx";
import { PredictionTable } from "../parts/prediction-table.tsx";
import { Link, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import type { PredictionFilter } from "../state/prediction-export.ts";
import { usePages } from "../state/query.ts";

export function PredictionsPage() {
  const { query } = useAddress();
  const filter = filterOf(query);
  const predictions = usePages(`predictions ${query}`, (client, options) =>
    client.predictions({ ...options, ...filter }),
  );
  const { version, invoiceLine } = filter;
  const of = [invoiceLine && "an invoice line", version !== undefined && `version ${version}`].filter(Boolean);
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
      actions={<PredictionFilters filter={filter} />}
    >
      <Loaded query={predictions}>
        {(items) => (
          <PredictionTable predictions={items} more={predictions.more} loadingMore={predictions.loadingMore} />
        )}
      </Loaded>
    </Page>
  );
}

function filterOf(query: URLSearchParams): PredictionFilter {
  const text = (name: string) => query.get(name) ?? undefined;
  const version = text("version");
  return {
    product: text("product"),
    version: version === undefined ? undefined : Number(version),
    variant: text("variant"),
    label: text("label"),
    truth: text("truth") as PredictionFilter["truth"],
    invoiceLine: text("invoiceLine"),
  };
}
