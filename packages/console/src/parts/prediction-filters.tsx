// Which stored predictions are shown: choices that stand in the address, and the list as a file.
import type { Product } from "@lepta/api";
import { Button } from "@mantine/core";
import { useState } from "react";
import { formatCount } from "../format/numbers.ts";
import { viewOf } from "../outcomes/index.ts";
import { useAction } from "../state/action.ts";
import { navigate } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { type ExportFormat, fileOf, type PredictionFilter, readAll } from "../state/prediction-export.ts";
import { useQuery } from "../state/query.ts";
import { ProblemNote } from "./problem.tsx";
import { Select } from "./select.tsx";

const truths = [
  { value: "", label: "any" },
  { value: "wrong", label: "wrong" },
  { value: "right", label: "right" },
  { value: "labelled", label: "known" },
  { value: "unlabelled", label: "not known" },
] as const;

export function PredictionFilters({ filter }: { filter: PredictionFilter }) {
  const products = useQuery("products all", (client, options) => client.products({ ...options, limit: 500 }));
  const product = products.data?.items.find(({ name }) => name === filter.product);
  const variants = useQuery(product?.deployed ? `deployment ${product.name}` : undefined, (client, options) =>
    client.deployment(product?.name ?? "", options),
  );
  const show = (next: Partial<PredictionFilter>) => navigate(pathTo("predictions", {}, { ...filter, ...next }), true);
  const given = (value: string) => (value === "" ? undefined : value);
  return (
    <>
      <Select
        label="Product"
        value={filter.product ?? ""}
        onChange={(value) => show({ product: given(value), version: undefined, variant: undefined, label: undefined })}
        options={named(
          "all",
          (products.data?.items ?? []).map(({ name }) => name),
          filter.product,
        )}
      />
      <Select
        label="Variant"
        value={filter.variant ?? ""}
        onChange={(value) => show({ variant: given(value) })}
        options={named(
          "all",
          (variants.data?.variants ?? []).map(({ name }) => name),
          filter.variant,
        )}
      />
      <Select
        label="Answer"
        value={filter.label ?? ""}
        onChange={(value) => show({ label: given(value) })}
        options={chosen(
          [{ value: "", label: "all" }, ...(product ? viewOf(product.outcome).answers(product.outcome) : [])],
          filter.label,
        )}
      />
      <Select
        label="Truth"
        value={filter.truth ?? ""}
        onChange={(value) => show({ truth: given(value) as PredictionFilter["truth"] })}
        options={truths.filter(({ value }) => hasTruth(product, value))}
      />
      <Export filter={filter} />
    </>
  );
}

/** A number is seldom exactly right: where answers are numbers, wrong says nothing. */
function hasTruth(product: Product | undefined, truth: string): boolean {
  return product === undefined || viewOf(product.outcome).judged || (truth !== "wrong" && truth !== "right");
}

type Option = { readonly value: string; readonly label: string };

function named(all: string, names: readonly string[], value: string | undefined): readonly Option[] {
  return chosen([{ value: "", label: all }, ...names.map((name) => ({ value: name, label: name }))], value);
}

/** What the address names is a choice, also where the list does not have it (any more). */
function chosen(options: readonly Option[], value: string | undefined): readonly Option[] {
  const known = value === undefined || options.some((option) => option.value === value);
  return known ? options : [...options, { value, label: value }];
}

function Export({ filter }: { filter: PredictionFilter }) {
  const [count, setCount] = useState(0);
  const [cut, setCut] = useState(false);
  const save = useAction(async (client, format: ExportFormat) => {
    setCount(0);
    const { records, complete } = await readAll(client, filter, setCount);
    setCut(!complete);
    download(fileOf(records, format), `predictions-${new Date().toISOString().slice(0, 10)}.${format}`);
  });
  return (
    <>
      {(["csv", "ndjson"] as const).map((format) => (
        <Button key={format} variant="default" size="compact-sm" disabled={save.busy} onClick={() => save.run(format)}>
          {format.toUpperCase()}
        </Button>
      ))}
      {save.busy && (
        <span className="dim small tabular" role="status">
          {formatCount(count)} read
        </span>
      )}
      {cut && (
        <span className="dim small">The file has the newest {formatCount(count)}; narrow the list for the rest.</span>
      )}
      {save.error && <ProblemNote error={save.error} />}
    </>
  );
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
