// What was used: a month by day and product, what of it was free, and the lines by version and data.
import type { UsageSummary } from "@lepta/api";
import { useMemo, useState } from "react";
import { formatMicros } from "../format/money.ts";
import { formatCount } from "../format/numbers.ts";
import { formatDay, formatPeriod } from "../format/time.ts";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { type Fact, Facts } from "../parts/facts.tsx";
import { Hash } from "../parts/hash.tsx";
import { Loaded, Rows } from "../parts/loading.tsx";
import { Nothing, Page, Section } from "../parts/page.tsx";
import { VersionLink } from "../parts/references.tsx";
import { Select } from "../parts/select.tsx";
import { UsagePlot } from "../parts/usage-plot.tsx";
import { Link, navigate, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";
import { monthSpan, recentMonths, usedDays } from "../state/usage-days.ts";

export default function UsagePage() {
  const { query } = useAddress();
  const [months] = useState(() => recentMonths(12, Date.now()));
  const month = query.get("month") ?? (months[0] as string);
  const product = query.get("product") ?? undefined;
  const products = useQuery("products all", (client, options) => client.products({ ...options, limit: 500 }));
  const usage = useQuery(
    `usage ${month} ${product ?? ""}`,
    (client, options) => client.usage({ ...options, ...monthSpan(month), product }),
    { refreshMs: 10_000 },
  );
  const show = (next: { month?: string; product?: string | undefined }) =>
    navigate(pathTo("usage", {}, { month, product, ...next }), true);
  return (
    <Page
      title="Usage"
      lead="One event a prediction; sent twice it counts once."
      actions={
        <>
          <Select
            label="Product"
            value={product ?? ""}
            onChange={(value) => show({ product: value === "" ? undefined : value })}
            options={[
              { value: "", label: "all" },
              ...(products.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
            ]}
          />
          <Select
            label="Month"
            value={month}
            onChange={(value) => show({ month: value })}
            options={[...new Set([month, ...months])].map((value) => ({ value, label: formatPeriod(value) }))}
          />
        </>
      }
    >
      <Loaded query={usage} placeholder={<Rows count={3} height={120} />}>
        {(data) => <Body usage={data} />}
      </Loaded>
    </Page>
  );
}

type Line = UsageSummary["lines"][number];

const columns: readonly Column<Line>[] = [
  {
    header: "Product",
    cell: (line) => <Link to={pathTo("product", { product: line.product })}>{line.product}</Link>,
  },
  { header: "Version", cell: (line) => <VersionLink product={line.product} model={line.model} /> },
  { header: "Data", cell: (line) => <Hash value={line.dataHash} name="data hash" /> },
  { header: "Predictions", numeric: true, cell: (line) => formatCount(line.count) },
  { header: "Own use", numeric: true, cell: (line) => formatCount(line.own) },
];

function Body({ usage }: { usage: UsageSummary }) {
  const facts = useMemo<Fact[]>(() => {
    const counts = new Map<string, number>();
    for (const line of usage.lines) counts.set(line.product, (counts.get(line.product) ?? 0) + line.count - line.own);
    return usage.prices.map(({ product, amountMicros, currency, freePerMonth }) => ({
      name: `${product}, free allowance`,
      value: `${formatCount(Math.min(counts.get(product) ?? 0, freePerMonth))} of ${formatCount(freePerMonth)}`,
      note: `then ${formatMicros(amountMicros, currency)} a prediction`,
    }));
  }, [usage]);
  return (
    <>
      <Facts facts={[{ name: "Predictions", value: formatCount(usage.total), note: "in the month" }, ...facts]} />
      {usage.total === 0 ? (
        <Nothing title="Nothing used in this month">Each prediction that the API answers is counted here.</Nothing>
      ) : (
        <>
          {usedDays(usage) > 1 ? (
            <Section title="By day" note="Days are those of UTC.">
              <UsagePlot usage={usage} />
            </Section>
          ) : (
            <p className="dim">
              All of it on {formatDay(usage.days[0]?.day ?? usage.from.slice(0, 10))} (UTC): from the second day on, the
              days are drawn here.
            </p>
          )}
          <Section title="By version">
            <DataTable
              label="Usage by version"
              columns={columns}
              rows={usage.lines}
              rowKey={(line) => `${line.product} ${line.model.id} ${line.dataHash}`}
            />
          </Section>
        </>
      )}
    </>
  );
}
