// Versions in a table: how good, made when, and which of them answers now.
import type { Product, Variant, Version } from "@lepta/api";
import { deciding } from "../format/metrics.ts";
import { plotDomain } from "../state/comparison.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { Hash } from "./hash.tsx";
import { IntervalPlot, IntervalText } from "./interval-plot.tsx";
import { Nothing } from "./page.tsx";
import { RunLink, VersionLink } from "./references.tsx";
import { RoleBadge } from "./status-badge.tsx";
import { Ago } from "./time-text.tsx";

interface VersionTableProps {
  product: Pick<Product, "name">;
  versions: readonly Version[];
  variants: readonly Variant[];
}

export function VersionTable({ product, versions, variants }: VersionTableProps) {
  if (versions.length === 0) {
    return (
      <Nothing title="No version yet">
        A version is registered when a run’s evaluation is done. <code>lepta ship product.ts</code> starts a run.
      </Nothing>
    );
  }
  const headlines = new Map(versions.map((version) => [version.id, deciding(version.metrics)]));
  const first = [...headlines.values()].find((headline) => headline !== undefined);
  const domain = plotDomain([...headlines.values()].map((h) => (h?.title === first?.title ? h : undefined)));
  const roleOf = (version: Version) => variants.find((variant) => variant.model.id === version.id)?.role;
  const columns: Column<Version>[] = [
    { header: "Version", cell: (version) => <VersionLink product={product.name} model={version} /> },
    {
      header: "Serves as",
      cell: (version) => {
        const role = roleOf(version);
        return role ? <RoleBadge role={role} /> : <span className="dim">–</span>;
      },
    },
    {
      header: first?.title ?? "Quality",
      numeric: true,
      cell: (version) => {
        const headline = headlines.get(version.id);
        return headline ? <IntervalText interval={headline} /> : "–";
      },
    },
    {
      header: "95 % interval",
      wide: true,
      cell: (version) => {
        const headline = headlines.get(version.id);
        if (!headline || headline.title !== first?.title) return null;
        const tone = roleOf(version) ?? "plain";
        return <IntervalPlot interval={headline} domain={domain} tone={tone} label={headline.title} />;
      },
    },
    { header: "Data", cell: (version) => <Hash value={version.dataHash} name="data hash" short={8} /> },
    { header: "Run", cell: (version) => (version.run ? <RunLink id={version.run} /> : "–") },
    { header: "Made", cell: (version) => <Ago at={version.createdAt} /> },
  ];
  return (
    <DataTable
      label={`Versions of ${product.name}`}
      columns={columns}
      rows={versions}
      rowKey={(version) => version.id}
    />
  );
}
