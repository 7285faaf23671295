// A product's deployments, the one in service and those before it.
import type { Page, PastDeployment } from "@lepta/api";
import { and, asc, desc, eq, inArray } from "drizzle-orm";
import { type PageRequest, pageOf, toPage } from "../db/page.ts";
import { deployments, modelVersions, variants } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireProduct } from "../registry/products.ts";

/** Newest first. @throws ApiError product-not-found, invalid-request for a cursor that is none of ours. */
export async function listDeployments(
  tenant: Tenant,
  product: string,
  request: PageRequest = {},
): Promise<Page<PastDeployment>> {
  const { after, order, limit } = pageOf(request, deployments.createdAt, deployments.id);
  return tenant.transaction(async (tx) => {
    await requireProduct(tx, product);
    const rows = await tx
      .select()
      .from(deployments)
      .where(and(eq(deployments.product, product), after))
      .orderBy(...order)
      .limit(limit);
    const parts =
      rows.length === 0
        ? []
        : await tx
            .select({ variant: variants, version: { name: modelVersions.name, number: modelVersions.version } })
            .from(variants)
            .innerJoin(
              modelVersions,
              and(eq(modelVersions.organisationId, variants.organisationId), eq(modelVersions.id, variants.versionId)),
            )
            .where(
              inArray(
                variants.deploymentId,
                rows.map(({ id }) => id),
              ),
            )
            .orderBy(asc(variants.position), desc(variants.id));
    const toDeployment = (row: typeof deployments.$inferSelect): PastDeployment => ({
      id: row.id,
      product,
      createdAt: row.createdAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
      costs: row.costs,
      variants: parts
        .filter(({ variant }) => variant.deploymentId === row.id)
        .map(({ variant, version }) => ({
          id: variant.id,
          name: variant.name,
          role: variant.role,
          weight: variant.weight,
          model: { id: variant.versionId, name: version.name, version: version.number },
        })),
    });
    return toPage(rows, limit, toDeployment, (row) => ({ at: row.createdAt, id: row.id }));
  });
}
