// A store with the credit product as `lepta ship` leaves it: two versions, deployed 80/20, a price, a key.
import { join } from "node:path";
import { createKey, createOrganisation, deploy, openStore, registerProduct, registerVersion } from "@lepta/server";
import { creditBundle, creditCosts } from "../../packages/server/testing/credit-bundle.ts";

export interface Prepared {
  organisationId: string;
  key: string;
  /** Rows to send, none of which was trained on. */
  rows: Record<string, string | number | boolean | null>[];
}

export async function prepare(dir: string, databaseUrl: string | undefined): Promise<Prepared> {
  const store = await openStore({ dir, databaseUrl });
  try {
    const { id: organisationId } = await createOrganisation(store, { name: `bench ${Date.now()}` });
    const tenant = store.tenant(organisationId);
    let rows: Prepared["rows"] = [];
    for (const model of ["logistic", "network"] as const) {
      const bundleDir = join(dir, "trained", model);
      const bundle = await creditBundle(bundleDir, model);
      rows = bundle.rows;
      const { task, target, inputs } = bundle.info.manifest;
      await registerProduct(tenant, {
        name: "credit",
        task,
        target,
        outcome: { kind: "class", classes: ["bad", "good"], positive: "bad" },
        inputs: inputs.map(({ name, type }) => ({ name, type })),
      });
      await registerVersion(store, tenant, { product: "credit", name: model, bundleDir });
    }
    await deploy(tenant, {
      product: "credit",
      costs: creditCosts,
      variants: [
        { version: 1, weight: 0.8, role: "champion" },
        { version: 2, weight: 0.2, role: "challenger" },
      ],
    });
    const { secret } = await createKey(tenant, { name: "bench", scopes: ["predict", "read"] });
    return { organisationId, key: secret, rows };
  } finally {
    await store.close();
  }
}
