// Deployments: which versions answer a product's predictions, and with what shares of the subjects.
import { ApiError, type CostMatrix, type Deployment, type OutcomeForm, type VariantRole } from "@lepta/api";
import { and, asc, eq, isNull } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { newId } from "../db/id.ts";
import { deployments, modelVersions, variants } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { rulesOf } from "../outcomes/index.ts";
import { requireProduct } from "../registry/products.ts";

export interface VariantRequest {
  /** The version's number in the product, or its id. */
  version: number | string;
  /** Share of the subjects, above 0; the shares sum to 1. */
  weight: number;
  role: VariantRole;
  /** Unique in the deployment. Default: the role, numbered from the second of its role on. */
  name?: string;
}

export interface DeployRequest {
  product: string;
  /** Exactly one champion; any number of challengers. */
  variants: readonly VariantRequest[];
  /** cost[actual][predicted] over all classes. Default: every error costs 1. */
  costs?: CostMatrix | null;
  /** The deployment that must be in service still, null for none. Default: whatever is. */
  replaces?: string | null | undefined;
}

/**
 * Puts versions into service at once, in place of what was. What asks for the same as is in service changes nothing.
 * A change of shares makes a new deployment, whose experiment counts from the start: shares that change while an
 * experiment runs would mix times with different shares (Simpson's paradox). Subjects stay where they were as far as
 * the new shares allow (see assignment.ts).
 * @throws ApiError invalid-deployment, product-not-found, version-not-found, deployment-changed
 */
export function deploy(tenant: Tenant, request: DeployRequest): Promise<Deployment> {
  return tenant.transaction(async (tx) => {
    // The row lock makes concurrent deploys of one product follow each other.
    const product = await requireProduct(tx, request.product, { lock: true });
    const costs = checkCosts(request.costs ?? null, product.outcome);
    const named = checkVariants(request.variants);
    const versions = await tx.select().from(modelVersions).where(eq(modelVersions.product, product.name));
    const wanted = named.map((variant) => {
      const version = versions.find((v) => v.version === variant.version || v.id === variant.version);
      if (version) return { ...variant, versionId: version.id };
      throw new ApiError("version-not-found", `${product.name} has no version ${variant.version}`, {
        fix: "GET /v1/products/{product}/versions lists the versions.",
      });
    });
    const current = await readCurrent(tx, product.name);
    if (current && same(current, wanted, costs)) return current;
    if (request.replaces !== undefined && request.replaces !== (current?.id ?? null)) {
      throw new ApiError("deployment-changed", `another deployment of ${product.name} came into service meanwhile`, {
        fix: "GET /v1/products/{product}/deployment, and decide again.",
      });
    }
    await tx
      .update(deployments)
      .set({ endedAt: new Date() })
      .where(and(eq(deployments.product, product.name), isNull(deployments.endedAt)));
    const id = newId();
    const organisationId = tenant.organisationId;
    await tx.insert(deployments).values({ organisationId, id, product: product.name, costs });
    await tx.insert(variants).values(
      wanted.map(({ versionId, name, role, weight }, position) => ({
        organisationId,
        id: newId(),
        deploymentId: id,
        versionId,
        name,
        role,
        weight,
        position,
      })),
    );
    return (await readCurrent(tx, product.name)) as Deployment;
  });
}

/** @throws ApiError product-not-found, deployment-not-found */
export function currentDeployment(tenant: Tenant, product: string): Promise<Deployment> {
  return tenant.transaction((tx) => readDeployment(tx, product));
}

/** As currentDeployment, inside a transaction. */
export async function readDeployment(tx: Sql, product: string): Promise<Deployment> {
  const current = await readCurrent(tx, product);
  if (current) return current;
  await requireProduct(tx, product);
  throw new ApiError("deployment-not-found", `${product} is not deployed`, {
    fix: "Deploy a version: lepta ship product.ts.",
  });
}

async function readCurrent(tx: Sql, product: string): Promise<Deployment | undefined> {
  const rows = await tx
    .select({
      deployment: deployments,
      variant: variants,
      version: { name: modelVersions.name, number: modelVersions.version },
    })
    .from(deployments)
    .innerJoin(
      variants,
      and(eq(variants.organisationId, deployments.organisationId), eq(variants.deploymentId, deployments.id)),
    )
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.organisationId, variants.organisationId), eq(modelVersions.id, variants.versionId)),
    )
    .where(and(eq(deployments.product, product), isNull(deployments.endedAt)))
    .orderBy(asc(variants.position));
  const first = rows[0]?.deployment;
  if (!first) return undefined;
  return {
    id: first.id,
    product,
    createdAt: first.createdAt.toISOString(),
    costs: first.costs,
    variants: rows.map(({ variant, version }) => ({
      id: variant.id,
      name: variant.name,
      role: variant.role,
      weight: variant.weight,
      model: { id: variant.versionId, name: version.name, version: version.number },
    })),
  };
}

function same(
  current: Deployment,
  wanted: readonly { versionId: string; name: string; role: VariantRole; weight: number }[],
  costs: CostMatrix | null,
): boolean {
  const key = (name: string, role: string, weight: number, version: string) =>
    JSON.stringify([name, role, weight, version]);
  const now = current.variants.map((v) => key(v.name, v.role, v.weight, v.model.id));
  const then = wanted.map((v) => key(v.name, v.role, v.weight, v.versionId));
  return (
    JSON.stringify([...now].sort()) === JSON.stringify([...then].sort()) &&
    JSON.stringify(sorted(current.costs)) === JSON.stringify(sorted(costs))
  );
}

function sorted(costs: CostMatrix | null): unknown {
  const entries = <T>(of: Record<string, T>) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
  return costs && entries(costs).map(([actual, row]) => [actual, entries(row)]);
}

function checkVariants(requested: readonly VariantRequest[]): (VariantRequest & { name: string })[] {
  const champions = requested.filter((variant) => variant.role === "champion").length;
  if (champions !== 1) throw invalid(`a deployment has one champion, not ${champions}`);
  if (!requested.every(({ weight }) => Number.isFinite(weight) && weight > 0)) throw invalid("every weight is above 0");
  const sum = requested.reduce((total, variant) => total + variant.weight, 0);
  if (Math.abs(sum - 1) > 1e-9) throw invalid(`the weights sum to ${sum}, not to 1`);
  const counted: Record<VariantRole, number> = { champion: 0, challenger: 0 };
  const named = requested.map((variant) => {
    counted[variant.role] += 1;
    const number = counted[variant.role];
    return { ...variant, name: variant.name ?? (number === 1 ? variant.role : `${variant.role}-${number}`) };
  });
  if (new Set(named.map(({ name }) => name)).size < named.length) throw invalid("two variants have the same name");
  return named;
}

function checkCosts(costs: CostMatrix | null, form: OutcomeForm): CostMatrix | null {
  if (costs === null) return null;
  const classes = rulesOf(form).costClasses(form);
  if (classes === undefined) throw invalid(`a product that answers a ${form.kind} has no cost matrix`);
  const fits = (of: object) =>
    Object.keys(of).length === classes.length && classes.every((name) => Object.hasOwn(of, name));
  if (!fits(costs) || !Object.values(costs).every((row) => fits(row) && Object.values(row).every(Number.isFinite))) {
    throw invalid(`the cost matrix gives a number for each pair of ${classes.join(", ")}`);
  }
  return costs;
}

function invalid(message: string): ApiError {
  return new ApiError("invalid-deployment", message, {
    fix: "Give one champion, any challengers, weights above 0 that sum to 1, and costs for every pair of classes.",
  });
}
