// One version: how good it measured beside its baseline, whom it mistakes for whom, and what it was made from.
import { ApiError, type Version } from "@lepta/api";
import { formatCount, formatValue } from "../format/numbers.ts";
import { ConfusionMatrix } from "../parts/confusion-matrix.tsx";
import { Details, type Fact } from "../parts/facts.tsx";
import { Hash } from "../parts/hash.tsx";
import { Loaded } from "../parts/loading.tsx";
import { Page, Section } from "../parts/page.tsx";
import { RunLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { MetricTable } from "../parts/version-comparison.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";

export function VersionPage({ product, version: number }: { product: string; version: number }) {
  const version = useQuery(`version ${product} ${number}`, async (client, options) => {
    const { items } = await client.versions(product, { ...options, limit: 500 });
    const found = items.find((item) => item.version === number);
    if (found) return found;
    throw new ApiError("version-not-found", `product ${product} has no version ${number}`, {
      fix: "Choose one from the product’s list of versions.",
    });
  });
  return (
    <Page
      title={`${version.data?.name ?? "Version"} v${number} of ${product}`}
      heading={`${version.data?.name ?? "Version"} v${number}`}
      crumbs={[
        { label: "Products", to: "/" },
        { label: product, to: pathTo("product", { product }) },
        { label: "Versions", to: pathTo("versions", { product }) },
      ]}
      lead={
        version.data && (
          <span>
            made <Ago at={version.data.createdAt} />
            {version.data.run && (
              <>
                {" "}
                by run <RunLink id={version.data.run} />
              </>
            )}
          </span>
        )
      }
      actions={<Link to={pathTo("predictions", {}, { product, version: number })}>Its predictions</Link>}
    >
      <Loaded query={version}>{(data) => <Body version={data} />}</Loaded>
    </Page>
  );
}

function Body({ version }: { version: Version }) {
  const origin: Fact[] = [
    { name: "Data hash", value: <Hash value={version.dataHash} name="data hash" short={64} /> },
    { name: "Model hash", value: <Hash value={version.modelHash} name="model hash" short={64} /> },
    { name: "Rows trained on", value: version.trainedRows === null ? "–" : formatCount(version.trainedRows) },
    { name: "Seed", value: version.seed ?? "–" },
    { name: "Threshold", value: version.threshold === null ? "–" : formatValue(version.threshold) },
    ...Object.entries(version.versions).map(([name, value]) => ({ name, value: <code>{value}</code> })),
  ];
  return (
    <>
      <Section title="Metrics" note="On the held-out test part, which training never saw; bootstrap intervals.">
        <MetricTable
          label="Metrics"
          left={{ name: version.name, metrics: version.metrics }}
          right={version.baseline ? { name: "Baseline", metrics: version.baseline } : undefined}
          trivial={version.trivial?.metrics}
        />
        {version.trivial && (
          <p className="dim small" role={version.trivial.beaten ? undefined : "alert"}>
            The trivial policy answers {version.trivial.policy}.{" "}
            {version.trivial.beaten
              ? "The model is better on the same rows."
              : "The model is not shown to be better than it."}
          </p>
        )}
      </Section>
      {version.confusion && (
        <Section
          title="Confusion matrix"
          note={version.threshold === null ? undefined : `At the threshold ${formatValue(version.threshold)}.`}
        >
          <ConfusionMatrix confusion={version.confusion} />
        </Section>
      )}
      <Section title="Made from">
        <Details facts={origin} />
      </Section>
    </>
  );
}
