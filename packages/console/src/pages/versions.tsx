// A product's versions, and any two of them beside each other.
import type { Version } from "@lepta/api";
import { Loaded } from "../parts/loading.tsx";
import { Page, Section } from "../parts/page.tsx";
import { Select } from "../parts/select.tsx";
import { VersionComparison } from "../parts/version-comparison.tsx";
import { VersionTable } from "../parts/version-table.tsx";
import { navigate, useAddress } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import { useQuery } from "../state/query.ts";

export function VersionsPage({ product: name }: { product: string }) {
  const { query } = useAddress();
  const product = useQuery(`product ${name}`, (client, options) => client.product(name, options));
  const versions = useQuery(`versions ${name}`, (client, options) => client.versions(name, { ...options, limit: 500 }));
  const deployment = useQuery(product.data?.deployed ? `deployment ${name}` : undefined, (client, options) =>
    client.deployment(name, options),
  );
  return (
    <Page
      title={`Versions of ${name}`}
      heading="Versions"
      crumbs={[
        { label: "Products", to: "/" },
        { label: name, to: pathTo("product", { product: name }) },
      ]}
    >
      <Loaded query={product}>
        {(shown) => (
          <Loaded query={versions}>
            {({ items }) => {
              const variants = deployment.data?.variants ?? [];
              const [a, b] = chosen(items, query.get("compare"), variants.find((v) => v.role === "champion")?.model.id);
              return (
                <>
                  <VersionTable product={shown} versions={items} variants={variants} />
                  {a && b && (
                    <Section
                      title="Compare"
                      note="Both as measured on the held-out test part. Overlapping intervals do not settle which is better: an experiment does."
                      actions={<Choices product={name} versions={items} a={a} b={b} />}
                    >
                      <VersionComparison a={a} b={b} />
                    </Section>
                  )}
                </>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** `compare=3,1` in the address; else the newest against the champion, or the one before. */
function chosen(
  items: readonly Version[],
  asked: string | null,
  champion: string | undefined,
): [Version | undefined, Version | undefined] {
  const [first, second] = (asked ?? "").split(",").map((number) => items.find((v) => v.version === Number(number)));
  const a = first ?? items[0];
  const b = second ?? items.find((v) => v.id === champion && v !== a) ?? items.find((v) => v !== a);
  return [a, b];
}

function Choices({
  product,
  versions,
  a,
  b,
}: {
  product: string;
  versions: readonly Version[];
  a: Version;
  b: Version;
}) {
  const options = versions.map((v) => ({ value: String(v.version), label: `${v.name} v${v.version}` }));
  const compare = (left: string | number, right: string | number) =>
    navigate(pathTo("versions", { product }, { compare: `${left},${right}` }), true);
  return (
    <>
      <Select label="Version" value={String(a.version)} options={options} onChange={(v) => compare(v, b.version)} />
      <Select label="with" value={String(b.version)} options={options} onChange={(v) => compare(a.version, v)} />
    </>
  );
}
