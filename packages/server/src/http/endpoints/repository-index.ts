// POST /v2/repository/index: the model repository extension's list. A product is a model; every version is ready.
import type { Product } from "@lepta/api";
import { listProducts } from "../../registry/products.ts";
import { listVersions } from "../../registry/versions.ts";
import { readInference } from "../binary-tensors.ts";
import { endpoint } from "../endpoint.ts";

/** Products, and versions of each, newest first: the protocol knows no pages. */
const most = 500;

export const repositoryIndex = endpoint(
  "repositoryIndex",
  async ({ server, principal }) => {
    const tenant = server.store.tenant(principal.organisationId);
    const products: Product[] = (await listProducts(tenant, { limit: most })).items;
    const index: { name: string; version: string; state: "READY"; reason: string }[] = [];
    for (const { name } of products) {
      const { items } = await listVersions(tenant, name, { limit: most });
      for (const { version } of items) index.push({ name, version: String(version), state: "READY", reason: "" });
    }
    return index;
  },
  { read: async (request, limit) => (await readInference(request, limit)).document },
);
