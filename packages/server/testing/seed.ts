// A product with versions, written straight into the tables: for tests that need rows to refer to and no model.
import type { OutcomeForm } from "@lepta/api";
import { newId } from "../src/db/id.ts";
import { modelVersions, organisations, products } from "../src/db/schema.ts";
import type { Store } from "../src/db/store.ts";

export interface Seed {
  organisationId: string;
  product: string;
  /** Version ids; version n is at n - 1. */
  versions: string[];
}

export interface SeedOptions {
  product?: string;
  /** What its outcomes have in common; default: classes good and bad, bad is positive. */
  outcome?: OutcomeForm;
  versions?: number;
}

const seededClasses: OutcomeForm = { kind: "class", classes: ["good", "bad"], positive: "bad" };

/** A new organisation with one product. */
export async function seed(store: Store, options: SeedOptions = {}): Promise<Seed> {
  const { product = "credit", outcome = seededClasses, versions = 2 } = options;
  const organisationId = newId();
  await store.owner.sql
    .insert(organisations)
    .values({ id: organisationId, name: `organisation ${organisationId}`, subjectSalt: "5a17" });
  const ids = Array.from({ length: versions }, () => newId());
  await store.tenant(organisationId).transaction(async (tx) => {
    await tx.insert(products).values({
      organisationId,
      name: product,
      task: outcome.kind,
      target: "risk",
      outcome,
      inputs: [{ name: "age", type: "number" }],
    });
    if (ids.length === 0) return;
    await tx.insert(modelVersions).values(
      ids.map((id, i) => ({
        organisationId,
        id,
        product,
        version: i + 1,
        name: `model ${i + 1}`,
        metrics: {},
        dataHash: "d".repeat(64),
        modelHash: "a".repeat(64),
        bundleHash: String(i).repeat(64),
        versions: {},
        manifest: {},
        files: [],
      })),
    );
  });
  return { organisationId, product, versions: ids };
}
