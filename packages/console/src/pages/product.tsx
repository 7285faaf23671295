// One product: what answers its calls now, how the variants compare, and the way to its versions, runs and predictions.
import type { Product } from "@lepta/api";
import { deciding } from "../format/metrics.ts";
import { formatMicros } from "../format/money.ts";
import { formatBounds, formatCount, formatShare, formatValue } from "../format/numbers.ts";
import { viewOf } from "../outcomes/index.ts";
import { Experiment } from "../parts/experiment.tsx";
import { type Fact, Facts } from "../parts/facts.tsx";
import { Loaded, Rows } from "../parts/loading.tsx";
import { Nothing, Page, Section } from "../parts/page.tsx";
import { PredictionTable } from "../parts/prediction-table.tsx";
import { RunLink } from "../parts/references.tsx";
import { Ago } from "../parts/time-text.tsx";
import { VersionTable } from "../parts/version-table.tsx";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";

const refreshMs = 5000;

export function ProductPage({ product: name }: { product: string }) {
  const product = useQuery(`product ${name}`, (client, options) => client.product(name, options));
  return (
    <Page
      title={name}
      crumbs={[{ label: "Products", to: "/" }]}
      lead={product.data && <Lead product={product.data} />}
      actions={
        <>
          <Link to={pathTo("runs", {}, { product: name })}>Runs</Link>
          <Link to={pathTo("usage", {}, { product: name })}>Usage</Link>
        </>
      }
    >
      <Loaded query={product} placeholder={<Rows count={5} height={64} />}>
        {(data) => <Body product={data} />}
      </Loaded>
    </Page>
  );
}

function Lead({ product }: { product: Product }) {
  return (
    <>
      <span>
        {product.task}: {product.target} {viewOf(product.outcome).about(product.outcome)}
      </span>
      {product.latestRun && (
        <span>
          last run <RunLink id={product.latestRun} />
        </span>
      )}
    </>
  );
}

function Body({ product }: { product: Product }) {
  const { name } = product;
  const experiment = useQuery(
    product.deployed ? `experiment ${name}` : undefined,
    (client, options) => client.experiment(name, options),
    { refreshMs },
  );
  const versions = useQuery(`versions ${name}`, (client, options) => client.versions(name, { ...options, limit: 500 }));
  const usage = useQuery(`usage ${name}`, (client, options) => client.usage({ ...options, product: name }), {
    refreshMs,
  });
  const recent = useQuery(
    `predictions recent ${name}`,
    (client, options) => client.predictions({ ...options, product: name, limit: 8 }),
    { refreshMs },
  );

  const variants = experiment.data?.variants ?? [];
  const champion = variants.find((variant) => variant.role === "champion");
  const version = versions.data?.items.find((v) => v.id === champion?.model.id);
  const headline = version && deciding(version.metrics);
  const answered = variants.reduce((sum, variant) => sum + variant.predictions, 0);
  const labelled = variants.reduce((sum, variant) => sum + variant.feedback, 0);
  const facts: Fact[] = [
    {
      name: headline ? `Champion’s ${headline.title}` : "Champion",
      value: headline ? formatValue(headline.value) : "–",
      note: (headline && formatBounds(headline)) ?? "on the test part",
    },
    {
      name: "Champion’s cost",
      value: champion?.cost ? formatValue(champion.cost.value) : "–",
      note: (champion?.cost && formatBounds(champion.cost)) ?? "a labelled prediction",
    },
    {
      name: "Predictions",
      value: usage.data ? formatCount(usage.data.total) : "–",
      note: "this month",
    },
    {
      name: "True labels",
      value: answered === 0 ? "–" : formatShare(labelled / answered),
      note: `${formatCount(labelled)} of ${formatCount(answered)}`,
    },
    {
      name: "Price",
      value: product.price ? formatMicros(product.price.amountMicros, product.price.currency) : "free",
      note: product.price
        ? `a prediction after ${formatCount(product.price.freePerMonth)} free a month`
        : "no price set",
    },
  ];

  return (
    <>
      <Facts facts={facts} />
      <Section
        title="Deployment"
        note={
          experiment.data && (
            <>
              {variants.length > 1 ? "A subject stays with its variant. " : ""}In place since{" "}
              <Ago at={experiment.data.since} />.
            </>
          )
        }
      >
        {product.deployed ? (
          <Loaded query={experiment} placeholder={<Rows count={2} height={72} />}>
            {(data) => <Experiment experiment={data} />}
          </Loaded>
        ) : (
          <Nothing title="Not deployed">
            Predictions are answered once a version is: <code>lepta ship product.ts</code> deploys what passes its
            gates.
          </Nothing>
        )}
      </Section>
      <Section title="Versions" actions={<Link to={pathTo("versions", { product: name })}>Compare versions</Link>}>
        <Loaded query={versions}>
          {({ items }) => <VersionTable product={product} versions={items.slice(0, 5)} variants={variants} />}
        </Loaded>
      </Section>
      <Section
        title="Latest predictions"
        actions={<Link to={pathTo("predictions", {}, { product: name })}>All predictions</Link>}
      >
        <Loaded query={recent}>{({ items }) => <PredictionTable predictions={items} />}</Loaded>
      </Section>
    </>
  );
}
